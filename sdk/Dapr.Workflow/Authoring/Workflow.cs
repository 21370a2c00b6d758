namespace Dapr.Workflow;

/// <summary>
/// Base class of workflows. The code runs again from the start on every turn, with recorded results, so it has to be
/// deterministic: time, ids, I/O and waiting come from the <see cref="WorkflowContext"/> only.
/// </summary>
public abstract class Workflow<TInput, TOutput> : IWorkflow
{
    Type IWorkflow.InputType => typeof(TInput);

    Type IWorkflow.OutputType => typeof(TOutput);

    async Task<object?> IWorkflow.RunAsync(WorkflowContext context, object? input) =>
        await RunAsync(context, (TInput)input!);

    public abstract Task<TOutput> RunAsync(WorkflowContext context, TInput input);
}
