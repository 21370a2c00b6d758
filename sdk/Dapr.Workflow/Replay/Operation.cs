using Dapr.Common.Serialization;
using Dapr.Workflow.Protocol;
using Kind = Dapr.Workflow.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Replay;

/// <summary>A pending activity, child workflow, timer or wait for an event.</summary>
internal sealed class Operation<T>(ActionKind kind, string name, IDaprSerializer serializer) : TaskCompletionSource<T>, IOperation
{
    ActionKind IOperation.Kind => kind;

    string IOperation.Name => name;

    bool IOperation.IsOpen => !Task.IsCompleted;

    public void Complete(HistoryEvent outcome)
    {
        switch (outcome.EventTypeCase)
        {
            case Kind.TaskCompleted:
                Resolve(outcome.TaskCompleted.Result);
                break;
            case Kind.ChildWorkflowInstanceCompleted:
                Resolve(outcome.ChildWorkflowInstanceCompleted.Result);
                break;
            case Kind.EventRaised:
                Resolve(outcome.EventRaised.Input);
                break;
            case Kind.TimerFired:
                TrySetResult(default!);
                break;
            case Kind.TaskFailed:
                var details = Failures.FromEvent(outcome.TaskFailed.FailureDetails);
                TrySetException(new WorkflowTaskFailedException($"Task failed: {details.ErrorMessage}", details));
                break;
            case Kind.ChildWorkflowInstanceFailed:
                TrySetException(new WorkflowTaskFailedException(
                    $"Child workflow '{name}' failed", Failures.FromEvent(outcome.ChildWorkflowInstanceFailed.FailureDetails)));
                break;
            default:
                throw new InvalidOperationException($"A {outcome.EventTypeCase} event is no outcome of {name}.");
        }
    }

    private void Resolve(string? payload)
    {
        try
        {
            TrySetResult(string.IsNullOrEmpty(payload) ? default! : serializer.Deserialize<T>(payload)!);
        }
        catch (Exception unreadable)
        {
            // A payload that does not fit T is the awaiting code's failure, to handle or to fail with.
            TrySetException(unreadable);
        }
    }
}
