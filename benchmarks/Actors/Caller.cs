using System.Diagnostics;

namespace Actors;

/// <summary>The result of a measurement. CPU is that of the sidecar alone: on a shared machine it is more reliable than the rate.</summary>
internal sealed record Measurement(int Calls, TimeSpan Time, TimeSpan SidecarCpu)
{
    public override string ToString() =>
        $"{Calls / Time.TotalSeconds:N0} calls/s, {SidecarCpu.TotalMicroseconds / Calls:N0} µs of CPU in the sidecar per call";
}

/// <summary>Calls actors through the sidecar with a fixed concurrency.</summary>
internal sealed class Caller(int sidecarPort) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{sidecarPort}"),
    };

    public async Task<Measurement> MeasureAsync(MeasuredSidecar sidecar, int actors, int concurrency, TimeSpan time)
    {
        var (calls, cpu, begin) = (0, sidecar.Cpu, Stopwatch.GetTimestamp());
        await Task.WhenAll(
            Enumerable
                .Range(0, concurrency)
                .Select(async _ =>
                {
                    while (Stopwatch.GetElapsedTime(begin) < time)
                    {
                        await CallAsync(Interlocked.Increment(ref calls) % actors, "add");
                    }
                })
        );
        return new Measurement(calls, Stopwatch.GetElapsedTime(begin), sidecar.Cpu - cpu);
    }

    public async Task WakeAsync(int actors, int concurrency)
    {
        var next = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, concurrency)
                .Select(async _ =>
                {
                    for (var actor = Interlocked.Increment(ref next); actor <= actors; actor = Interlocked.Increment(ref next))
                    {
                        await CallAsync(1_000_000 + actor, "wake");
                    }
                })
        );
    }

    public void Dispose() => http.Dispose();

    private async Task CallAsync(int actor, string method)
    {
        using var response = await http.PostAsync(new Uri($"/v1.0/actors/Counter/{actor}/method/{method}", UriKind.Relative), null);
        response.EnsureSuccessStatusCode();
    }
}
