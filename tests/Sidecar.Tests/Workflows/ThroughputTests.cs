using System.Diagnostics;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Xunit.Abstractions;

namespace Sidecar.Tests.Workflows;

/// <summary>Measures throughput; asserts only results that do not depend on the machine's load.</summary>
public sealed class ThroughputTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Pitfall_throughput_stays_flat_while_finished_instances_pile_up()
    {
        var script = new Script()
            .Workflow("saga", async flow =>
            {
                for (var i = 0; i < 5; i++)
                {
                    await flow.Activity("step", "x");
                }

                return "done";
            })
            .Activity("step", input => input);
        await using var host = await EngineHost.RunAsync(script, options: new WorkflowEngineOptions(), clock: TimeProvider.System);
        await BatchAsync(host, "warm", 200);

        var rates = new List<double>();
        // More than four rounds only if the machine stood still in all later ones: work that grows with the store slows every round.
        for (var round = 0; round < 4 || (round < 10 && !StaysFlat(rates)); round++)
        {
            var began = Stopwatch.GetTimestamp();
            await BatchAsync(host, $"r{round}", 300);
            rates.Add(300 * 5 / Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        var one = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            await host.RunAsync("saga", $"single-{i}");
        }

        var latency = Stopwatch.GetElapsedTime(one).TotalMilliseconds / 100;
        output.WriteLine(
            $"activities/s at 32: {string.Join(", ", rates.Select(r => $"{r:f0}"))}; alone: {latency:f2} ms per activity; commits {host.Store.CommitCount}"
        );
        Assert.True(StaysFlat(rates), $"the last rounds were far slower than the first: {string.Join(", ", rates)}");
    }

    /// <summary>The best of the later rounds counts, because a machine with other work may stand still for seconds.</summary>
    private static bool StaysFlat(List<double> rates) => rates[2..].Max() > rates[..2].Min() / 4;

    private static Task BatchAsync(EngineHost host, string name, int count) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
            await host.RunAsync("saga", $"{name}-{i}")
        );
}
