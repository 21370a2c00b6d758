namespace Dapr.Workflow.Abstractions;

/// <summary>An activity as the worker runs it. Authors derive from <see cref="WorkflowActivity{TInput, TOutput}"/> instead.</summary>
public interface IWorkflowActivity
{
    Type InputType { get; }

    Type OutputType { get; }

    /// <summary>Runs at least once per call of the workflow: effects must be idempotent.</summary>
    Task<object?> RunAsync(WorkflowActivityContext context, object? input);
}
