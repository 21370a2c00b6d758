using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow.Worker;

/// <summary>
/// Knows the registered workflows and activities. Names match without regard to case; of two registrations of one name the first counts.
/// </summary>
public interface IWorkflowsFactory
{
    /// <param name="name">Null stands for the class name.</param>
    void RegisterWorkflow<TWorkflow>(string? name = null) where TWorkflow : class, IWorkflow;

    void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation);

    /// <param name="name">Null stands for the class name.</param>
    void RegisterActivity<TActivity>(string? name = null) where TActivity : class, IWorkflowActivity;

    void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation);

    /// <summary>False with an <paramref name="activationException"/> when the class could not be made, without one when the name is not registered.</summary>
    bool TryCreateWorkflow(
        TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflow? workflow, out Exception? activationException);

    /// <inheritdoc cref="TryCreateWorkflow"/>
    bool TryCreateActivity(
        TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflowActivity? activity, out Exception? activationException);
}
