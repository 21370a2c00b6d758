using Sidecar.Workflows.Dispatch;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>A turn that waits for its worker.</summary>
internal sealed class OutstandingTurn(List<Message> batch, List<HistoryEvent> events)
{
    public List<Message> Batch { get; } = batch;

    /// <summary>The opening event and those of the batch.</summary>
    public List<HistoryEvent> Events { get; } = events;

    public WorkItemLease? WorkItemLease { get; set; }

    public WorkflowResponse? Response { get; set; }

    public string? Undeliverable { get; set; }

    public bool GraceIsOver { get; set; }

    public IDisposable? Grace { get; set; }
}
