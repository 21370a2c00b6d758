using Google.Protobuf.WellKnownTypes;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>
/// One execution of an instance, built from its committed history. Continue-as-new and reuse of an id start another one. It changes by <see
/// cref="Append"/> only, so that a loaded and a live execution have the same state.
/// </summary>
internal sealed class Execution(string instanceId)
{
    private readonly List<HistoryEvent> history = [];
    private readonly Dictionary<Resolution, HistoryEvent> open = [];
    private readonly HashSet<Resolution> opened = [];
    private readonly List<HistoryEvent> children = [];

    public string InstanceId { get; } = instanceId;

    public IReadOnlyList<HistoryEvent> History => history;

    /// <summary>The serialised size of the history, which a turn has to send to the worker.</summary>
    public long Bytes { get; private set; }

    public ExecutionStartedEvent? Started { get; private set; }

    public Timestamp? CreatedAt { get; private set; }

    public Timestamp? UpdatedAt { get; private set; }

    public Timestamp? CompletedAt { get; private set; }

    public ExecutionCompletedEvent? Completed { get; private set; }

    public ExecutionStalledEvent? Stalled { get; private set; }

    public bool IsSuspended { get; private set; }

    public string? CustomStatus { get; set; }

    /// <summary>The history propagated by the parent; part of every turn.</summary>
    public PropagatedHistory? Incoming { get; set; }

    /// <summary>All children that were ever created, finished ones too: recursive termination and purge include them.</summary>
    public IReadOnlyList<HistoryEvent> Children => children;

    public string? ExecutionId => Started?.WorkflowInstance?.ExecutionId;

    public bool IsOpen(Resolution resolution) => open.ContainsKey(resolution);

    public bool WasOpened(Resolution resolution) => opened.Contains(resolution);

    public HistoryEvent? Opened(Resolution resolution) => open.GetValueOrDefault(resolution);

    public IEnumerable<HistoryEvent> Open(ResolutionKind kind) => open.Where(o => o.Key.Kind == kind).Select(o => o.Value);

    /// <summary>The version recorded by the first turn; later turns repeat it or record none.</summary>
    public string? VersionName =>
        history.FirstOrDefault(e => e.WorkflowStarted is not null)?.WorkflowStarted.Version?.Name is { Length: > 0 } name ? name : null;

    public OrchestrationStatus Status =>
        Completed is not null ? Completed.WorkflowStatus
        : Stalled is not null ? OrchestrationStatus.Stalled
        : Started is null ? OrchestrationStatus.Pending
        : IsSuspended ? OrchestrationStatus.Suspended
        : OrchestrationStatus.Running;

    public void Append(HistoryEvent @event) => Append(@event, @event.CalculateSize());

    public void Append(HistoryEvent @event, int size)
    {
        history.Add(@event);
        Bytes += size;
        UpdatedAt = @event.Timestamp;
        Stalled = @event.ExecutionStalled;
        if (Resolution.OpenedBy(@event) is { } opening && opened.Add(opening))
        {
            open[opening] = @event;
        }

        if (Resolution.Of(@event) is { } settled)
        {
            open.Remove(settled);
        }

        switch (@event.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                Started ??= @event.ExecutionStarted;
                CreatedAt ??= @event.Timestamp;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionCompleted:
                Completed ??= @event.ExecutionCompleted;
                CompletedAt ??= @event.Timestamp;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                IsSuspended = true;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                IsSuspended = false;
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                children.Add(@event);
                break;
        }
    }
}
