using Sidecar.State;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

/// <summary>
/// Workflows made up by chance, on a store that fails by chance and an engine that is restarted by chance. Each must end with the result
/// its plan foretells and with nothing done twice in its history.
/// </summary>
public sealed class RandomWorkflowTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_random_workflow_has_the_planned_result_despite_random_failures(int seed)
    {
        var random = new Random(seed);
        var plan = Plan(random, depth: 2);
        var failing = random;
        var gate = new Lock();
        StateFailure? Chance(IReadOnlyList<StateWrite> _)
        {
            lock (gate)
            {
                return failing.Next(6) == 0 ? new StateFailure(StateFailureKind.Unavailable, "", "by chance") : null;
            }
        }

        var grace = TimeSpan.FromSeconds(random.Next(2) * 30);
        var options = new WorkflowEngineOptions { SaveGrace = grace, FirstRetry = TimeSpan.FromMilliseconds(10) };
        var store = new MemoryStore { FailBefore = Chance, FailAfter = Chance };
        var script = Interpreter();
        var started = false;
        WorkflowState? end = null;
        for (var life = 0; end is null; life++)
        {
            await using var host = await EngineHost.RunAsync(script, store, options);
            if (!started)
            {
                var starting = host.TryStartAsync("plan", "p", plan);
                await PassTimeAsync(host, starting);
                Assert.Null(await starting);
                started = true;
            }

            var ending = host.EndOfAsync("p");
            int turns;
            lock (gate)
            {
                turns = life < 4 ? failing.Next(1, 40) : int.MaxValue;
            }

            await PassTimeAsync(host, ending, turns);
            if (ending.IsCompleted)
            {
                end = await ending;
            }
            else
            {
                _ = ending.ContinueWith(t => t.Exception, TaskScheduler.Default);
            }
        }

        store.FailBefore = store.FailAfter = null;
        Assert.Equal((OrchestrationStatus.Completed, Expected(plan)), (end.WorkflowStatus, end.Output));
        await using var reader = new EngineHost(store);
        var (ids, _) = await reader.Engine.ListAsync(null, null, default);
        foreach (var id in ids)
        {
            var history = await reader.HistoryAsync(id);
            var settled = history.Select(Resolution.Of).OfType<Resolution>().ToList();
            Assert.True(settled.Count == settled.Distinct().Count(), $"{id} settled something twice: {EngineHost.Listing(history)}");
            Assert.Single(history, e => e.ExecutionCompleted is not null);
        }

        Assert.DoesNotContain(store.Keys, k => k.Contains("-pending||"));
    }

    /// <summary>One message per step: a activity, b two at once, t timer, [..] child.</summary>
    private static string Plan(Random random, int depth) =>
        string.Concat(
            Enumerable
                .Range(0, random.Next(1, 6))
                .Select(_ =>
                    random.Next(depth > 0 ? 5 : 4) switch
                    {
                        0 or 1 => "a",
                        2 => "b",
                        3 => "t",
                        _ => $"[{Plan(random, depth - 1)}]",
                    }
                )
        );

    private static string Expected(string plan) => plan.Replace("b", "aa");

    private static Script Interpreter() =>
        new Script()
            .Workflow("plan", async flow =>
            {
                var done = "";
                for (var i = 0; i < flow.Input!.Length; i++)
                {
                    switch (flow.Input[i])
                    {
                        case 'a':
                            done += await flow.Activity("step", "a");
                            break;
                        case 'b':
                            done += string.Concat(await Task.WhenAll(flow.Activity("step", "a"), flow.Activity("step", "a")));
                            break;
                        case 't':
                            await flow.Timer(TimeSpan.FromSeconds(3));
                            done += "t";
                            break;
                        default:
                            var close = Close(flow.Input, i);
                            done += "[" + await flow.Child("plan", flow.Input[(i + 1)..close]) + "]";
                            i = close;
                            break;
                    }
                }

                return done;
            })
            .Activity("step", input => input);

    private static int Close(string plan, int open)
    {
        for (var (i, depth) = (open, 0); ; i++)
        {
            if (plan[i] == '[')
            {
                depth++;
            }
            else if (plan[i] == ']' && --depth == 0)
            {
                return i;
            }
        }
    }

    private static async Task PassTimeAsync(EngineHost host, Task until, int turns = int.MaxValue)
    {
        for (var i = 0; i < turns && !until.IsCompleted; i++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(until, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System));
        }
    }
}
