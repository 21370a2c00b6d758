using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>A rerun request: the history up to and including an event, under a new instance id.</summary>
internal sealed record ForkRequest(
    string NewInstanceId,
    int EventId,
    bool OverwriteInput,
    string? Input,
    string? NewChildInstanceId,
    DateTimeOffset Now
);

/// <summary>Rerun from an event: copies the past of a finished instance to a new one, whose open work starts again.</summary>
internal static class Fork
{
    public static (IReadOnlyList<HistoryEvent> History, WorkflowRefusal? Refusal) Build(Execution source, ForkRequest request)
    {
        var history = new List<HistoryEvent>();
        foreach (var @event in source.History)
        {
            var copy = @event.Clone();
            if (copy.ExecutionStarted?.WorkflowInstance is { } instance)
            {
                instance.InstanceId = request.NewInstanceId;
            }

            history.Add(copy);
            if (@event.EventId != request.EventId)
            {
                continue;
            }

            var refusal = Rerun(source.InstanceId, copy, request);
            if (refusal is not null)
            {
                return ([], refusal);
            }

            Reopen(history, request);
            return (history, null);
        }

        return ([], new(StatusCode.NotFound, $"does not have history event with ID '{request.EventId}'"));
    }

    private static WorkflowRefusal? Rerun(string source, HistoryEvent target, ForkRequest request)
    {
        var origin = new RerunParentInstanceInfo { InstanceID = source };
        switch (target.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                if (request.NewChildInstanceId is not null)
                {
                    return new(
                        StatusCode.InvalidArgument,
                        $"cannot set new child workflow instance ID on activity event '{request.EventId}'"
                    );
                }

                target.TaskScheduled.RerunParentInstanceInfo = origin;
                if (request.OverwriteInput)
                {
                    target.TaskScheduled.Input = request.Input;
                }

                return null;

            case HistoryEvent.EventTypeOneofCase.TimerCreated:
                if (request.OverwriteInput)
                {
                    return new(StatusCode.InvalidArgument, $"cannot write input to timer event '{request.EventId}'");
                }

                if (request.NewChildInstanceId is not null)
                {
                    return new(StatusCode.InvalidArgument, $"cannot set new child workflow instance ID on timer event '{request.EventId}'");
                }

                target.TimerCreated.RerunParentInstanceInfo = origin;
                return null;

            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                target.ChildWorkflowInstanceCreated.RerunParentInstanceInfo = origin;
                if (request.OverwriteInput)
                {
                    target.ChildWorkflowInstanceCreated.Input = request.Input;
                }

                return null;

            case HistoryEvent.EventTypeOneofCase.DetachedWorkflowInstanceCreated:
                return new(
                    StatusCode.InvalidArgument,
                    $"event '{request.EventId}' is a detached workflow spawn and cannot be rerun: detached spawns are "
                        + "fire-and-forget and have no replayable continuation in the caller"
                );

            default:
                return new(
                    StatusCode.NotFound,
                    $"target event '*protos.HistoryEvent_{target.EventTypeCase}' with ID '{request.EventId}' "
                        + "is not an event that can be rerun"
                );
        }
    }

    /// <summary>Reopens the open operations, with the current time and new ids for children.</summary>
    private static void Reopen(List<HistoryEvent> history, ForkRequest request)
    {
        var settled = history.Select(Resolution.Of).OfType<Resolution>().ToHashSet();
        foreach (var opening in history)
        {
            if (Resolution.OpenedBy(opening) is not { } resolution || settled.Contains(resolution))
            {
                continue;
            }

            opening.Timestamp = Timestamp.FromDateTimeOffset(request.Now);
            if (opening.ChildWorkflowInstanceCreated is not { } child)
            {
                continue;
            }

            child.InstanceId =
                opening.EventId == request.EventId && request.NewChildInstanceId is { } given
                    ? given
                    : ChildInstanceIds.Of(request.NewInstanceId, opening.EventId);
        }
    }
}
