using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>
/// Base class of activities, the place for I/O. An activity runs at least once: a worker or sidecar that dies
/// before the result is recorded makes it run again, so its effects must be idempotent.
/// </summary>
public abstract class WorkflowActivity<TInput, TOutput> : IWorkflowActivity
{
    Type IWorkflowActivity.InputType => typeof(TInput);

    Type IWorkflowActivity.OutputType => typeof(TOutput);

    public async Task<object?> RunAsync(WorkflowActivityContext context, object? input) =>
        await RunAsync(context, (TInput)input!);

    public abstract Task<TOutput> RunAsync(WorkflowActivityContext context, TInput input);
}
