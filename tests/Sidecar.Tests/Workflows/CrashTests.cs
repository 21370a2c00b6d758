using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

/// <summary>The state after kill -9, at each point of a step.</summary>
public sealed class CrashTests
{
    private static Script Everything() =>
        new Script()
            .Workflow("parent", async flow =>
            {
                flow.CustomStatus = "begun";
                var first = await flow.Activity("echo", "a");
                await flow.Timer(TimeSpan.FromMinutes(5));
                var child = await flow.Child("child", "c", $"{flow.InstanceId}-child");
                var both = await Task.WhenAll(flow.Activity("echo", "b"), flow.Activity("echo", "d"));
                var raised = await flow.Event("go");
                flow.CustomStatus = "ended";
                return first + child + string.Concat(both) + raised;
            })
            .Workflow("child", async flow => await flow.Activity("echo", flow.Input + "!"))
            .Workflow("looping", async flow =>
            {
                var seen = await flow.Event("next");
                await flow.Activity("echo", seen);
                var all = flow.Input + seen;
                return all.Length == 3 ? all : flow.ContinueAsNew(all);
            })
            .Activity("echo", input => input);

    [Theory]
    [InlineData(0)]
    [InlineData(60_000)]
    public async Task After_a_crash_at_any_commit_every_instance_completes_exactly_once(int graceMilliseconds)
    {
        var options = new WorkflowEngineOptions { SaveGrace = TimeSpan.FromMilliseconds(graceMilliseconds) };
        var store = new MemoryStore { RecordsCommits = true };
        await using (var host = await EngineHost.RunAsync(Everything(), store, options))
        {
            await host.StartAsync("parent", "p");
            await DriveAsync(host, "p");
        }

        var commits = store.Commits;
        // The number depends on which messages share a commit.
        Assert.InRange(commits.Count, 5, 80);
        foreach (var (commit, index) in commits.Select((c, i) => (c, i)))
        {
            await using var after = await EngineHost.RunAsync(Everything(), new MemoryStore(commit), options);
            var end = await DriveAsync(after, "p");
            Assert.True(end.Output == "ac!bdX" && end.CustomStatus == "ended", $"after commit {index}: {end}");
            AssertClean(await after.HistoryAsync("p"), index);
            AssertClean(await after.HistoryAsync("p-child"), index);
            Assert.DoesNotContain(after.Store.Keys, k => k.Contains("||inbox-") || k.Contains("-pending||"));
        }
    }

    [Fact]
    public async Task After_a_crash_at_any_commit_an_eternal_workflow_consumes_each_event_once()
    {
        var store = new MemoryStore { RecordsCommits = true };
        await using (var host = await EngineHost.RunAsync(Everything(), store))
        {
            await host.StartAsync("looping", "l", "");
            foreach (var name in new[] { "1", "2", "3" })
            {
                Assert.Null(await host.Engine.RaiseEventAsync("l", "next", name));
            }

            Assert.Equal("123", (await host.EndOfAsync("l")).Output);
        }

        var raised = 0;
        foreach (var (commit, index) in store.Commits.Select((c, i) => (c, i)))
        {
            await using var after = await EngineHost.RunAsync(Everything(), new MemoryStore(commit));
            raised = RaisedBy(store, index);
            for (var next = raised + 1; next <= 3; next++)
            {
                Assert.Null(await after.Engine.RaiseEventAsync("l", "next", $"{next}"));
            }

            var end = await after.EndOfAsync("l");
            Assert.True(end.Output == "123", $"after commit {index}, {raised} events acknowledged: {end}");
        }
    }

    /// <summary>Which events had reached the store by a commit: in an inbox, in a history, or in the input they were added to.</summary>
    private static int RaisedBy(MemoryStore store, int index)
    {
        var most = 0;
        foreach (var entry in store.Commits[index].Where(e => e.Key.Contains("||inbox-") || e.Key.Contains("||history-")))
        {
            var @event = HistoryEvent.Parser.ParseFrom(entry.Value.Value.Span);
            if (@event.EventRaised is { } raised)
            {
                most = Math.Max(most, int.Parse(raised.Input));
            }

            if (@event.ExecutionStarted is { } started)
            {
                most = Math.Max(most, started.Input.Length);
            }

            if (@event.ExecutionCompleted is not null)
            {
                most = 3;
            }
        }

        return most;
    }

    /// <summary>Plays the world around the workflow: time passes, and the event comes once the workflow waits for it.</summary>
    [Fact]
    public async Task An_instance_of_another_runtime_continues_from_any_commit_when_it_is_started_again()
    {
        var store = new MemoryStore { RecordsCommits = true };
        await using (var host = await EngineHost.RunAsync(Everything(), store))
        {
            await host.StartAsync("parent", "p");
            await DriveAsync(host, "p");
        }

        foreach (var commit in store.Commits)
        {
            // Another runtime does not write these.
            var foreign = commit.RemoveRange(
                commit.Keys.Where(key =>
                    key.Contains("-pending||", StringComparison.Ordinal) || key.Contains("-index||", StringComparison.Ordinal)
                )
            );
            await using var host = await EngineHost.RunAsync(Everything(), new MemoryStore(foreign));
            if (await host.Engine.GetAsync("p", CancellationToken.None) is { WorkflowStatus: OrchestrationStatus.Completed })
            {
                continue;
            }

            Assert.Equal(Grpc.Core.StatusCode.AlreadyExists, (await host.TryStartAsync("parent", "p"))!.Status);
            var end = await DriveAsync(host, "p");
            Assert.True(
                end.Output == "ac!bdX",
                $"{end}{Environment.NewLine}{await host.ListingAsync("p")}{Environment.NewLine}{host.Logs}"
            );
        }
    }

    private static async Task<WorkflowState> DriveAsync(EngineHost host, string id)
    {
        var end = host.EndOfAsync(id);
        var raised =
            (await host.HistoryAsync(id)).Any(e => e.EventRaised is not null)
            || host.Store.Keys.Any(k => k.Contains($"||{id}||inbox-") && IsRaised(host, k));
        while (!end.IsCompleted)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            if (!raised)
            {
                raised = true;
                Assert.Null(await host.Engine.RaiseEventAsync(id, "go", "X"));
            }

            await Task.WhenAny(end, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System));
        }

        return await end;
    }

    private static bool IsRaised(EngineHost host, string key) =>
        host.Store.Snapshot().TryGetValue(key, out var entry) && HistoryEvent.Parser.ParseFrom(entry.Value.Span).EventRaised is not null;

    private static void AssertClean(IReadOnlyList<HistoryEvent> history, int commit)
    {
        var settled = history.Select(Resolution.Of).OfType<Resolution>().ToList();
        Assert.True(settled.Count == settled.Distinct().Count(), $"after commit {commit}, settled twice: {EngineHost.Listing(history)}");
        var opened = history.Select(Resolution.OpenedBy).OfType<Resolution>().ToList();
        Assert.True(opened.Count == opened.Distinct().Count(), $"after commit {commit}, opened twice: {EngineHost.Listing(history)}");
        Assert.Single(history, e => e.ExecutionStarted is not null);
        Assert.Single(history, e => e.ExecutionCompleted is not null);
    }
}
