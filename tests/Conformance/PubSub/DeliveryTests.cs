using System.Collections.Concurrent;
using Conformance.Apps;
using Conformance.Running;

namespace Conformance.PubSub;

public sealed class SqliteDeliveryTests : DeliveryTests<SqliteBroker>;

public sealed class RedisDeliveryTests : DeliveryTests<RedisBroker>;

public sealed class RabbitDeliveryTests : DeliveryTests<RabbitBroker>;

/// <summary>The guarantees of a broker when handlers fail, stop or exit.</summary>
public abstract class DeliveryTests<TDriver> : IAsyncLifetime
    where TDriver : BrokerDriver, new()
{
    private readonly TDriver driver = new();
    private readonly List<IAsyncDisposable> running = [];
    private readonly string scratch = Directory.CreateTempSubdirectory("conformance-delivery-").FullName;

    public async Task InitializeAsync()
    {
        if (driver.Missing is null)
        {
            await driver.StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(running))
        {
            await part.DisposeAsync();
        }
        Directory.Delete(scratch, recursive: true);
    }

    [SkippableFact]
    public async Task Failed_messages_are_redelivered_and_the_others_stay_in_order()
    {
        var (app, sidecar) = await StartAsync("orders");
        var failed = new ConcurrentDictionary<string, bool>();
        var attempts = new ConcurrentQueue<string>();
        app.Answers("/orders", (got, context) =>
        {
            var number = got.Json.GetProperty("data").GetRawText();
            attempts.Enqueue(number);
            var fails = number is "1" or "2" or "5" or "10" && failed.TryAdd(number, true);
            context.Response.StatusCode = fails ? 500 : 200;
            return Task.CompletedTask;
        });
        var key = driver.CarriesMetadata ? "partitionKey" : "cloudevent.subject";
        for (var i = 1; i <= 10; i++)
        {
            await sidecar.Http.SendAsync("POST", $"/v1.0/publish/events/orders?metadata.{key}=one", $"{i}").SucceedsAsync();
        }
        await Eventually.UntilAsync(() => Task.FromResult(attempts.Count >= 14), "the four that failed did not come again");
        Assert.Equal(["3", "4", "6", "7", "8", "9"], attempts.Where(number => number is not ("1" or "2" or "5" or "10")));
        Assert.Equal(
            ["1", "1", "10", "10", "2", "2", "5", "5"],
            attempts.Where(number => number is "1" or "2" or "5" or "10").Order(StringComparer.Ordinal)
        );
    }

    [SkippableFact]
    public async Task Messages_without_a_key_are_delivered_in_parallel()
    {
        const int published = 5;
        var (app, sidecar) = await StartAsync("parallel");
        var arrived = 0;
        var all = new TaskCompletionSource<bool>();
        app.Answers("/parallel", (_, context) =>
        {
            if (Interlocked.Increment(ref arrived) == published)
            {
                all.SetResult(true);
            }
            return all.Task.WaitAsync(context.RequestAborted);
        });

        for (var i = 0; i < published; i++)
        {
            await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/parallel", $"{i}").SucceedsAsync();
        }

        await all.Task.OrFail("the events were not handled at the same time");
    }

    [SkippableFact]
    public async Task A_message_being_handled_is_not_redelivered_and_other_topics_continue()
    {
        var (app, sidecar) = await StartAsync("slow", null, "side");
        var release = new TaskCompletionSource();
        app.Answers("/slow", (_, _) => release.Task);
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/slow", "1").SucceedsAsync();
        await app.NextAsync("/slow");
        app.Answers("/side", 500);
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/side", "2").SucceedsAsync();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await app.NextAsync("/side"); // long enough for unhandled messages to be redelivered several times
        }
        Assert.True(app.GotNothingMore("/slow"));
        release.SetResult();
    }

    [SkippableFact]
    public async Task No_message_is_lost_when_a_consumer_exits_while_handling()
    {
        var component = Component();
        var (app, sidecar) = await StartAsync("dying", component, ownProcess: true);
        var never = new TaskCompletionSource();
        app.Answers("/dying", (_, context) => never.Task.WaitAsync(context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        foreach (var number in (string[])["1", "2", "3"])
        {
            await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/dying", number).SucceedsAsync();
        }
        await app.NextAsync("/dying");
        running.Remove(sidecar);
        await sidecar.DisposeAsync(); // kill -9

        var (second, _) = await StartAsync("dying", component);
        var got = new HashSet<string>();
        while (got.Count < 3)
        {
            got.Add((await second.NextAsync("/dying")).Json.GetProperty("data").GetRawText());
        }
    }

    private string Component() => driver.Component("events").Replace("{scratch}", scratch, StringComparison.Ordinal);

    private async Task<(HttpApp App, TestedSidecar Sidecar)> StartAsync(
        string topic,
        string? component = null,
        string? other = null,
        bool ownProcess = false
    )
    {
        Skip.IfNot(driver.Missing is null, driver.Missing);
        var app = await HttpApp.StartAsync();
        running.Add(app);
        app.Subscribes(
            $"[{string.Join(',', new[] { topic, other }.OfType<string>().Select(name => $$"""{"pubsubname":"events","topic":"{{name}}","route":"/{{name}}"}"""))}]"
        );
        var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "consumer",
                Isolated = true,
                OwnProcess = ownProcess,
                AppPort = app.PortNumber,
                Resources = [component ?? Component()],
            }
        );
        running.Add(sidecar);
        return (app, sidecar);
    }
}
