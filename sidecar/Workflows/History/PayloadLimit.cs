using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>
/// Keeps work items below the size limit of a gRPC stream. A larger one stalls only its own instance: sending it would break the stream of
/// the whole app. The margin leaves room for the turn's opening event and for framing.
/// </summary>
internal static class PayloadLimit
{
    private const int Percent = 95;

    public static bool Exceeded(long bytes, int? max) => max is > 0 && bytes > (long)max * Percent / 100;

    public static Stall OfWorkflow(long bytes, int max) =>
        new(
            StalledReason.PayloadSizeExceeded,
            $"Workflow payload size {bytes} bytes exceeds {Percent}% of max gRPC body size {max} bytes; "
                + "increase daprd --max-body-size and restart to resume"
        );

    public static Stall OfActivity(string name, int id, long bytes, int max) =>
        new(
            StalledReason.PayloadSizeExceeded,
            $"activity '{name}::{id}' payload {bytes} bytes exceeds {Percent}% of max gRPC body size {max} bytes; "
                + "increase daprd --max-body-size and restart to resume: activity payload exceeds max gRPC body size"
        );

    public static Stall OfStream(string reason) =>
        new(StalledReason.PayloadSizeExceeded, $"Workflow payload exceeds what the work item stream carries: {reason}");
}
