namespace Dapr.Workflow.Connection;

/// <summary>
/// Largest messages in bytes; null for no limit, the default: a history is one message,
/// and one above gRPC's usual 4 MiB would break the work stream of the whole app.
/// </summary>
internal sealed class MessageSizes
{
    public int? Receive { get; set; }

    public int? Send { get; set; }
}
