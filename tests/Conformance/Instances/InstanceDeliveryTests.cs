using System.Collections.Concurrent;
using Conformance.Apps;
using Conformance.PubSub;
using Conformance.Running;

namespace Conformance.Instances;

public sealed class RedisInstanceDeliveryTests : InstanceDeliveryTests<RedisBroker>;

public sealed class RabbitInstanceDeliveryTests : InstanceDeliveryTests<RabbitBroker>;

/// <summary>An event goes to one instance of each app id.</summary>
public abstract class InstanceDeliveryTests<TDriver> : IAsyncLifetime where TDriver : BrokerDriver, new()
{
    private readonly TDriver driver = new();
    private readonly List<IAsyncDisposable> running = [];

    public Task InitializeAsync() => driver.Missing is null ? driver.StartAsync() : Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(running))
        {
            await part.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task Each_event_is_one_instances_alone_and_the_one_left_gets_all()
    {
        Skip.IfNot(driver.Missing is null, driver.Missing);
        var broker = driver.Component("events").Replace("200ms", "10s", StringComparison.Ordinal); // nothing is to come again, however slow the machine
        var got = new ConcurrentQueue<string>();
        var (one, other) = (await StartAsync(broker, got), await StartAsync(broker, got));
        for (var i = 0; i < 40; i++)
        {
            await one.Http.SendAsync("POST", "/v1.0/publish/events/orders", $"{i}").SucceedsAsync();
        }
        await Patience.UntilAsync(() => Task.FromResult(got.Count >= 40), "not every event was delivered");
        Assert.Equal(40, got.Distinct().Count());

        await other.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
        await other.Ended.OrFail("the sidecar did not end");
        for (var i = 40; i < 60; i++)
        {
            await one.Http.SendAsync("POST", "/v1.0/publish/events/orders", $"{i}").SucceedsAsync();
        }
        await Patience.UntilAsync(() => Task.FromResult(got.Count >= 60), "the instance that is left did not get every event");
        Assert.Equal(60, got.Count);
    }

    private async Task<SidecarProcess> StartAsync(string broker, ConcurrentQueue<string> got)
    {
        var app = await HttpApp.StartAsync();
        running.Add(app);
        app.Subscribes("""[{"pubsubname":"events","topic":"orders","route":"/orders"}]""");
        app.Answers("/orders", (received, _) =>
        {
            got.Enqueue(received.Json.GetProperty("data").GetRawText());
            return Task.CompletedTask;
        });
        var sidecar = await SidecarProcess.StartAsync(new SidecarOptions { AppId = "competing", AppPort = app.PortNumber, Resources = [broker] });
        running.Add(sidecar);
        return sidecar;
    }
}
