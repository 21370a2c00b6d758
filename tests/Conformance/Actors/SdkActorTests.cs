using Conformance.Apps;
using Conformance.Running;
using Dapr.Actors;
using Dapr.Actors.Client;

namespace Conformance.Actors;

/// <summary>Dapr.Actors on both sides of the sidecar: its runtime hosts, its proxies call.</summary>
public sealed class SdkActorTests : IAsyncLifetime
{
    private static readonly string Store = Yaml.Component(
        "actors",
        "state.sqlite",
        ("connectionString", "{scratch}/actors.db"),
        ("actorStateStore", "true")
    );

    private SdkActorApp app = null!;
    private TestedSidecar sidecar = null!;
    private ActorProxyFactory actors = null!;

    public async Task InitializeAsync()
    {
        var port = Port.Free();
        app = await SdkActorApp.StartAsync(port);
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                HttpPort = port,
                AppPort = app.PortNumber,
                Resources = [Store],
            }
        );
        actors = new ActorProxyFactory(new ActorProxyOptions { HttpEndpoint = $"http://127.0.0.1:{port}" }, (HttpMessageHandler?)null);
    }

    public async Task DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_typed_proxy_calls_by_remoting_and_the_actor_keeps_its_state()
    {
        var account = actors.CreateActorProxy<IAccount>(new ActorId("a"), Account.TypeName);
        Assert.Equal(3, await account.AddAsync(3));
        Assert.Equal(7, await account.AddAsync(4));
    }

    [Fact]
    public async Task A_proxy_without_a_type_calls_by_name()
    {
        var account = actors.Create(new ActorId("b"), Account.TypeName);
        Assert.Equal(5, await account.InvokeMethodAsync<int, int>(nameof(IAccount.AddAsync), 5));
        await sidecar.Http.GetAsync("/v1.0/actors/Account/b/state/sum").SucceedsAsync(200, "5");
    }

    [Fact]
    public async Task An_actors_exception_reaches_the_caller_of_a_typed_proxy()
    {
        var account = actors.CreateActorProxy<IAccount>(new ActorId("c"), Account.TypeName);
        var thrown = await Assert.ThrowsAsync<ActorMethodInvocationException>(() => account.FailAsync("no money"));
        Assert.Contains("no money", thrown.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await account.AddAsync(1));
    }

    [Fact]
    public async Task Concurrent_calls_of_an_actor_lose_no_update()
    {
        var sums = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(_ => actors.CreateActorProxy<IAccount>(new ActorId("d"), Account.TypeName).AddAsync(1))
        );
        Assert.Equal(Enumerable.Range(1, 40), sums.Order());
    }

    [Fact]
    public async Task With_reentrancy_two_actors_that_call_each_other_do_not_deadlock()
    {
        var one = actors.CreateActorProxy<IAccount>(new ActorId("e"), Account.TypeName);
        Assert.Equal(1, await one.AddThroughAsync("f"));
        Assert.Equal(2, await one.AddThroughAsync("f"));
    }

    [Fact]
    public async Task Reentrant_calls_are_allowed_up_to_the_types_maximum_depth()
    {
        var account = actors.CreateActorProxy<IAccount>(new ActorId("g"), Account.TypeName);
        Assert.Equal(Account.MaxStackDepth - 1, await account.CallItselfAsync(Account.MaxStackDepth - 1));
        await Assert.ThrowsAsync<ActorMethodInvocationException>(() => account.CallItselfAsync(Account.MaxStackDepth));
        Assert.Equal(1, await account.AddAsync(1));
    }

    [Fact]
    public async Task Without_reentrancy_a_deadlock_of_calls_ends_when_its_caller_cancels()
    {
        var impatient = new ActorProxyOptions
        {
            HttpEndpoint = $"http://127.0.0.1:{sidecar.HttpPort}",
            RequestTimeout = TimeSpan.FromSeconds(1),
        };
        var circle = actors.CreateActorProxy<IAccount>(new ActorId("h"), Account.PlainTypeName, impatient);
        // The SDK's runtime has its own turn in the app, so only the caller is released here; another test covers the end of the sidecar's
        // turn.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => circle.AddThroughAsync("i").OrFail("the circle did not end"));
        Assert.Equal(1, await actors.CreateActorProxy<IAccount>(new ActorId("j"), Account.PlainTypeName).AddAsync(1));
    }

    [Fact]
    public async Task A_reminder_due_while_the_sidecar_was_down_fires_once()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-reminder-").FullName;
        var port = Port.Free();
        const string Type = "RemindedAccount";
        await using var other = await SdkActorApp.StartAsync(port, Type);
        var options = new SidecarOptions
        {
            OwnProcess = true,
            AppId = "reminded-by-sdk",
            HttpPort = port,
            AppPort = other.PortNumber,
            Resources =
            [
                Yaml.Component("actors", "state.sqlite", ("connectionString", $"{folder}/actors.db"), ("actorStateStore", "true")),
            ],
        };
        var account = new ActorProxyFactory(
            new ActorProxyOptions { HttpEndpoint = $"http://127.0.0.1:{port}" },
            (HttpMessageHandler?)null
        ).CreateActorProxy<IAccount>(new ActorId("a"), Type);
        DateTimeOffset due;
        await using (await TestedSidecar.StartAsync(options))
        {
            await account.RemindInAsync(TimeSpan.FromSeconds(2), TimeSpan.FromHours(1));
            due = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(2);
        }
        await Eventually.UntilAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow() > due + TimeSpan.FromSeconds(1)), "time passed");
        await using (var after = await TestedSidecar.StartAsync(options))
        {
            await Eventually.UntilAsync(async () => await account.TimesRemindedAsync() > 0, "the reminder did not come");
            // It recurs in an hour: an immediate tick comes before this one.
            await after.Http.SendAsync("POST", $"/v1.0/actors/{Type}/a/reminders/later", """{"dueTime":"0s"}""").SucceedsAsync();
            await Eventually.UntilAsync(async () => await account.TimesRemindedAsync() > 1, "the second reminder did not come");
            Assert.Equal(2, await account.TimesRemindedAsync());
            await after.Http.GetAsync($"/v1.0/actors/{Type}/a/reminders/tick").SucceedsAsync(200);
        }
        Directory.Delete(folder, recursive: true);
    }
}
