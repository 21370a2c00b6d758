using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;

namespace Sidecar.Jobs;

/// <summary>
/// Stored format: a job as it was given (Dapr's own message) and where it stands. <paramref name="Due"/> is the tick it is at,
/// <paramref name="Next"/> when that is tried next, <paramref name="Left"/> the ticks to come, -1 without end.
/// </summary>
internal sealed record ScheduledJob(
    string Name,
    byte[] Definition,
    DateTimeOffset Due,
    DateTimeOffset Next,
    DateTimeOffset? Expires,
    int Left,
    int Failures
)
{
    public Job Job() => Dapr.Client.Autogen.Grpc.v1.Job.Parser.ParseFrom(Definition);

    public byte[] Store() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static ScheduledJob Read(ReadOnlySpan<byte> stored) => JsonSerializer.Deserialize<ScheduledJob>(stored)!;
}
