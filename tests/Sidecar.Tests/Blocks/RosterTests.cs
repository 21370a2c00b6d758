using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Hosting;

namespace Sidecar.Tests.Blocks;

public sealed class RosterTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("roster-");
    private readonly FakeTimeProvider time = new();

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Instances_of_one_app_id_stand_beside_each_other()
    {
        await using var roster = Open();
        var (one, other) = (new Presence(roster, "app", 1, "store"), new Presence(roster, "app", 2, "store"));
        one.Change(own => own with { Invocable = true });
        other.Change(own => own with { Invocable = true });

        Assert.Equal([1, 2], roster.Of("app").Select(found => found.Port));
        one.Withdraw();
        Assert.Equal([2], roster.Of("app").Select(found => found.Port));
    }

    [Fact]
    public async Task What_another_process_announces_is_found_when_it_is_asked_for()
    {
        await using var roster = Open();
        await using var elsewhere = Open();
        new Presence(elsewhere, "late", 3, null).Change(own => own with { Invocable = true });

        Assert.Equal([3], roster.Of("late").Select(found => found.Port));
    }

    [Fact]
    public async Task An_announcement_whose_process_has_ended_is_passed_over_and_deleted()
    {
        var registry = new SidecarRegistry(folder.FullName);
        registry.Announce(new Announcement("dead", 4, Environment.ProcessId, "another start", Invocable: true));
        await using var roster = Open();

        Assert.Empty(roster.Of("dead"));
        Assert.Empty(folder.GetFiles(SidecarRegistry.Files));
    }

    [Fact]
    public async Task An_announcement_that_somebody_has_cleaned_away_comes_back()
    {
        await using var roster = Open();
        new Presence(roster, "app", 5, null).Change(own => own with { Invocable = true });
        Assert.Single(folder.GetFiles(SidecarRegistry.Files)).Delete();
        roster.Refresh();

        Assert.Equal([5], roster.Of("app").Select(found => found.Port));
        Assert.Single(folder.GetFiles(SidecarRegistry.Files));
    }

    [Fact]
    public async Task Of_one_group_one_leads_and_another_when_that_ends()
    {
        await using var roster = Open();
        var one = Lead(roster, 6, "store");
        var other = Lead(roster, 7, "store");
        var (begun, later) = (0, new TaskCompletionSource());
        await one.StartAsync(_ => Task.FromResult(begun++), CancellationToken.None);
        await other.StartAsync(_ =>
        {
            later.SetResult();
            return Task.CompletedTask;
        }, CancellationToken.None);

        Assert.Equal((1, true, false, false), (begun, one.IsHere, other.IsHere, later.Task.IsCompleted));
        Assert.Equal(6, other.There!.Port);
        await one.DisposeAsync();
        await later.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await other.DisposeAsync();
    }

    [Fact]
    public async Task Who_shares_no_store_leads_at_once()
    {
        await using var roster = Open();
        await using var one = Lead(roster, 8, null);
        await using var other = Lead(roster, 9, null);
        await one.StartAsync(_ => Task.CompletedTask, CancellationToken.None);
        await other.StartAsync(_ => Task.CompletedTask, CancellationToken.None);

        Assert.Equal((true, true), (one.IsHere, other.IsHere));
    }

    private Roster Open() => new(new SidecarRegistry(folder.FullName), time, NullLogger.Instance);

    private Leadership Lead(Roster roster, int port, string? store) => new(new Presence(roster, "app", port, store), roster, time, NullLogger.Instance);
}
