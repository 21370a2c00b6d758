using Dapr.Workflow.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Workflow.Replay;

/// <summary>
/// The timer of an event wait without end: it never fires and only shows what the instance waits for.
/// Histories recorded before it was introduced lack it, so a replay must be able to do without.
/// </summary>
internal static class OptionalTimer
{
    /// <summary>9999-12-31T23:59:59.999999999Z, the protocol's mark for "never".</summary>
    internal static readonly Timestamp Never = new() { Seconds = 253402300799, Nanos = 999999999 };

    internal static bool IsMissingWhere(HistoryEvent? recordedNext) =>
        recordedNext is not null && !IsOptional(recordedNext.TimerCreated);

    private static bool IsOptional(TimerCreatedEvent? timer) =>
        timer is { OriginCase: TimerCreatedEvent.OriginOneofCase.ExternalEvent } && Never.Equals(timer.FireAt);
}
