using System.Collections.Concurrent;
using Conformance.Running;
using Microsoft.AspNetCore.Http;

namespace Conformance.Instances;

/// <summary>Several sidecars of one app id over one store: each actor is active with one of them, and moves when they come and go.</summary>
public sealed class InstanceActorTests : IAsyncLifetime
{
    private static readonly string[] Ids = [.. Enumerable.Range(0, 16).Select(number => $"actor-{number}")];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("conformance-instances-");
    private readonly string appId = $"shared-{Guid.NewGuid():N}";
    private readonly string type = $"Shared{Guid.NewGuid():N}";
    private readonly ActorWitness witness = new();
    private readonly List<ActorSite> sites = [];
    private volatile bool killing;
    private SidecarProcess caller = null!;

    public async Task InitializeAsync() => caller = await SidecarProcess.StartAsync(new SidecarOptions());

    public async Task DisposeAsync()
    {
        await caller.DisposeAsync();
        foreach (var site in sites)
        {
            await site.DisposeAsync();
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_is_active_in_one_place_while_instances_join_and_one_is_killed_and_no_change_of_state_is_lost()
    {
        var one = await StartAsync("one");
        await Task.WhenAll(Ids.Select(AddAsync));
        using var enough = new CancellationTokenSource();
        var calls = Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() => CallAsync(worker, enough.Token))));

        var two = await StartAsync("two");
        await BothAsync("one", "two");
        var three = await StartAsync("three");
        await Patience.UntilAsync(() => Task.FromResult(witness.Sites().Count == 3), "no actor has moved to the third instance");
        killing = true;
        await two.KillAsync();
        await Patience.UntilAsync(async () => (await Task.WhenAll(Ids.Select(IsServedAsync))).All(served => served), "what was at the second instance is not to be had");
        killing = false;
        var before = witness.Turns.Values.Sum();
        await Patience.UntilAsync(() => Task.FromResult(witness.Turns.Values.Sum() > before + 100), "calls did not go on");
        await enough.CancelAsync();
        await calls;

        Assert.Empty(witness.Violations);
        await Task.WhenAll(Ids.Select(AddAsync)); // every actor is to be had
        foreach (var id in Ids)
        {
            var sum = await one.StateAsync(type, id);
            Assert.Equal(sum, await three.StateAsync(type, id));
            // A turn that was under way at the kill may have been cut off after its write and before it was counted.
            Assert.InRange(sum - witness.Turns[id], 0, 1);
        }

        async Task BothAsync(params string[] names)
            => await Patience.UntilAsync(() => Task.FromResult(names.All(witness.Sites().Contains)), $"{string.Join(" and ", names)} do not share the actors");
    }

    [Fact]
    public async Task A_call_under_way_ends_before_its_actor_moves()
    {
        var one = await StartAsync("one");
        var (begun, go) = (new TaskCompletionSource<bool>(), new TaskCompletionSource());
        foreach (var id in Ids)
        {
            one.App.Answers($"/actors/{type}/{id}/method/slow", async (_, context) =>
            {
                witness.Begin(one, id);
                begun.TrySetResult(true);
                await go.Task;
                witness.End(one, id);
                await context.Response.WriteAsync("done");
            });
        }
        var slow = Ids.Select(id => caller.Http.SendAsync("POST", $"/v1.0/actors/{type}/{id}/method/slow", "")).ToList();
        await begun.Task.OrFail("no call has begun");

        var two = await StartAsync("two");
        await Patience.UntilAsync(async () => (await Task.WhenAll(Enumerable.Range(0, 16).Select(number => AddAsync(two, $"idle-{number}")))).Length > 0 && witness.Sites().Contains("two"), "the second instance serves nothing");
        var waiting = Ids.Select(id => AddAsync(id)).ToList();
        Assert.All(waiting, call => Assert.False(call.IsCompleted));
        go.SetResult();

        foreach (var call in slow)
        {
            await call.SucceedsAsync(200, "done");
        }
        await Task.WhenAll(waiting);
        Assert.Contains("two", witness.Sites());
        Assert.Empty(witness.Violations);
    }

    [Fact]
    public async Task A_call_that_takes_longer_than_the_drain_timeout_is_cut_off()
    {
        var one = await StartAsync("one", ""","drainOngoingCallTimeout":"100ms" """);
        var begun = new TaskCompletionSource<bool>();
        foreach (var id in Ids)
        {
            one.App.Answers($"/actors/{type}/{id}/method/slow", async (_, context) =>
            {
                begun.TrySetResult(true);
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
            });
        }
        var slow = Ids.Select(id => caller.Http.SendAsync("POST", $"/v1.0/actors/{type}/{id}/method/slow", "")).ToList();
        await begun.Task.OrFail("no call has begun");
        await StartAsync("two");

        await (await Task.WhenAny(slow).OrFail("no call was cut off")).FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD");
    }

    [Fact]
    public async Task A_call_under_way_may_still_call_its_own_actor_when_that_is_to_move()
    {
        var one = await StartAsync("one", ""","reentrancy":{"enabled":true}""");
        var (begun, go) = (new TaskCompletionSource<bool>(), new TaskCompletionSource());
        foreach (var id in Ids)
        {
            one.App.Answers($"/actors/{type}/{id}/method/outer", async (received, context) =>
            {
                begun.TrySetResult(true);
                await go.Task;
                await one.Sidecar.Http.SendAsync("POST", $"/v1.0/actors/{type}/{id}/method/inner", "", headers: ("Dapr-Reentrancy-Id", received.Header("Dapr-Reentrancy-Id")!)).SucceedsAsync(200);
            });
        }
        var outer = Ids.Select(id => caller.Http.SendAsync("POST", $"/v1.0/actors/{type}/{id}/method/outer", "")).ToList();
        await begun.Task.OrFail("no call has begun");
        var two = await StartAsync("two", ""","reentrancy":{"enabled":true}""");
        await Patience.UntilAsync(async () => (await Task.WhenAll(Enumerable.Range(0, 16).Select(number => AddAsync(two, $"idle-{number}")))).Length > 0 && witness.Sites().Contains("two"), "the second instance serves nothing");
        go.SetResult();
        await Task.WhenAll(outer.Select(call => call.SucceedsAsync(200))).WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Reminders_fire_where_their_actors_are_and_after_a_kill_at_the_others_each_once()
    {
        var one = await StartAsync("one");
        var two = await StartAsync("two");
        var (early, late) = (Ids[..8], Ids[8..]);
        var told = new ConcurrentQueue<string>();
        foreach (var (site, id) in from site in sites from id in Ids select (site, id))
        {
            site.App.Answers($"/actors/{type}/{id}/method/remind/r", (_, _) =>
            {
                told.Enqueue($"{site.Name} {id}");
                return Task.CompletedTask;
            });
        }
        foreach (var id in early)
        {
            await one.Sidecar.Http.SendAsync("POST", $"/v1.0/actors/{type}/{id}/reminders/r", """{"dueTime":"0s"}""").SucceedsAsync();
        }
        await Patience.UntilAsync(() => Task.FromResult(told.Count >= early.Length), "not every reminder has fired");
        Assert.Equal(early, told.Select(fired => fired.Split(' ')[1]).Order(StringComparer.Ordinal));
        Assert.Equal(["one", "two"], told.Select(fired => fired.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal));

        told.Clear();
        foreach (var id in late)
        {
            await two.Sidecar.Http.SendAsync("POST", $"/v1.0/actors/{type}/{id}/reminders/r", """{"dueTime":"1s"}""").SucceedsAsync();
            Assert.Equal(200, (int)(await one.Sidecar.Http.GetAsync($"/v1.0/actors/{type}/{id}/reminders/r")).StatusCode);
        }
        await two.KillAsync();
        await Patience.UntilAsync(() => Task.FromResult(told.Count(fired => fired.StartsWith("one", StringComparison.Ordinal)) >= late.Length), "the reminders of the killed instance did not fire at the other");
        Assert.Equal(late.Order(StringComparer.Ordinal), told.Select(fired => fired.Split(' ')[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_instance_that_ends_gives_its_actors_away_first()
    {
        var one = await StartAsync("one");
        var two = await StartAsync("two");
        await Patience.UntilAsync(async () =>
        {
            await Task.WhenAll(Ids.Select(AddAsync));
            return witness.Sites().Count == 2;
        }, "the actors are not shared");
        await two.Sidecar.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
        Assert.Equal(0, await two.Sidecar.Ended.OrFail("the sidecar did not end"));
        Assert.DoesNotContain("two", witness.Sites());
        await Task.WhenAll(Ids.Select(AddAsync));
        Assert.Empty(witness.Violations);
        Assert.Equal([one.Name], witness.Sites());
    }

    [Fact]
    public async Task Instances_over_different_stores_share_nothing()
    {
        var one = await StartAsync("one");
        var other = await StartAsync("other", store: "other.db");
        await Task.WhenAll(Ids.Select(id => AddAsync(one, id)));
        Assert.Equal(["one"], witness.Sites());
        Assert.Equal(1, await one.StateAsync(type, Ids[0]));
        Assert.Equal(0, await other.StateAsync(type, Ids[0]));
    }

    private async Task<ActorSite> StartAsync(string name, string config = "", string store = "state.db")
    {
        var site = await ActorSite.StartAsync(name, type, [.. Ids, .. Enumerable.Range(0, 16).Select(number => $"idle-{number}")], witness, new SidecarOptions
        {
            AppId = appId,
            Resources = [Yaml.Component("actors", "state.sqlite", ("connectionString", Path.Combine(folder.FullName, store)), ("actorStateStore", "true"))],
        }, config);
        sites.Add(site);
        return site;
    }

    private Task AddAsync(string id) => AddAsync(caller, id);

    private Task<int> AddAsync(ActorSite site, string id) => AddAsync(site.Sidecar, id);

    private async Task<int> AddAsync(SidecarProcess sidecar, string id)
    {
        using var answer = await sidecar.Http.SendAsync("POST", $"/v1.0/actors/{type}/{id}/method/add", "");
        Assert.True((int)answer.StatusCode == 200, $"{id}: {(int)answer.StatusCode} {await answer.TextAsync()}");
        return 1;
    }

    private async Task<bool> IsServedAsync(string id)
    {
        using var answer = await caller.Http.SendAsync("POST", $"/v1.0/actors/{type}/{id}/method/add", "");
        return (int)answer.StatusCode == 200;
    }

    /// <summary>A call may fail from the kill of an instance until the others have noticed, and only then.</summary>
    private async Task CallAsync(int worker, CancellationToken enough)
    {
        var random = new Random(worker);
        while (!enough.IsCancellationRequested)
        {
            var mayFail = killing;
            using var answer = await caller.Http.SendAsync("POST", $"/v1.0/actors/{type}/{Ids[random.Next(Ids.Length)]}/method/add", "");
            Assert.True((int)answer.StatusCode == 200 || mayFail || killing, await answer.TextAsync());
        }
    }
}
