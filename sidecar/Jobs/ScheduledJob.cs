using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;

namespace Sidecar.Jobs;

/// <summary>
/// Stored format: a job (Dapr's own message) and its progress. <paramref name="Due"/> is the current tick, <paramref name="Next"/> the time
/// of its next attempt, <paramref name="Left"/> the remaining ticks, -1 without end.
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
