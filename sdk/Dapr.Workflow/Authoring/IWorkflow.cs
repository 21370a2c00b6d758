namespace Dapr.Workflow;

/// <summary>A workflow as the worker runs it. Authors derive from <see cref="Workflow{TInput, TOutput}"/> instead.</summary>
public interface IWorkflow
{
    Type InputType { get; }

    Type OutputType { get; }

    /// <summary>Runs again from the start on every turn; must only await operations of <paramref name="context"/>.</summary>
    Task<object?> RunAsync(WorkflowContext context, object? input);
}
