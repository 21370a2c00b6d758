using Conformance.Apps;
using Conformance.Running;

namespace Conformance.State;

/// <summary>Events of the outbox that could not be published before the sidecar ended.</summary>
public sealed class OutboxRestartTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("outbox-");
    private HttpApp app = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Subscribes(
            """[{"pubsubname":"events","topic":"ones","route":"/ones"},{"pubsubname":"events","topic":"twos","route":"/twos"}]"""
        );
    }

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [SkippableFact]
    public async Task Unpublished_outbox_events_are_published_at_the_next_start_by_their_own_component()
    {
        Skip.If(TestedSidecar.IsDaprd, "its outbox keeps what it has not published elsewhere");
        var broker = Yaml.Component("events", "pubsub.sqlite", ("connectionString", $"{folder.FullName}/events.db"));
        await using (var first = await StartAsync(broker))
        {
            await TransactAsync(first, "1");
            Assert.Equal((1, -1), await AfterAsync(0)); // both queues are there from now on
        }
        await using (var brokerless = await StartAsync())
        {
            await TransactAsync(brokerless, "2");
        }
        await using var last = await StartAsync(broker);
        Assert.Equal((2, -2), await AfterAsync(1));
        await TransactAsync(last, "3");
        Assert.Equal((3, -3), await AfterAsync(2)); // and nothing in between
    }

    private Task<TestedSidecar> StartAsync(params string[] broker) =>
        TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "owner",
                Isolated = true,
                OwnProcess = true,
                AppPort = app.PortNumber,
                Resources = [Store("one", "ones"), Store("two", "twos"), .. broker],
            }
        );

    /// <summary>Components over the same records, as a service with two outboxes has them.</summary>
    private string Store(string name, string topic) =>
        Yaml.Component(
            name,
            "state.sqlite",
            ("connectionString", $"{folder.FullName}/data.db"),
            ("keyPrefix", "shared"),
            ("outboxPublishPubsub", "events"),
            ("outboxPublishTopic", topic)
        );

    /// <summary>The events of each topic after <paramref name="number"/>, which a killed sidecar may publish again.</summary>
    private async Task<(int One, int Two)> AfterAsync(int number) =>
        (await AfterAsync("/ones", number), await AfterAsync("/twos", -number));

    private async Task<int> AfterAsync(string route, int known)
    {
        int number;
        do
        {
            number = (await app.NextAsync(route)).Json.GetProperty("data").GetInt32();
        } while (number == known);
        return number;
    }

    /// <summary>The events have one subject: a repeated one comes before later ones.</summary>
    private static async Task TransactAsync(TestedSidecar sidecar, string value)
    {
        foreach (var (store, number) in ((string, string)[])[("one", value), ("two", $"-{value}")])
        {
            await sidecar
                .Http.SendAsync(
                    "POST",
                    $"/v1.0/state/{store}/transaction",
                    $$"""{"operations":[{"operation":"upsert","request":{"metadata":{"contentType":"application/json","subject":"number"},"key":"{{store}}","value":{{number}} } }]}"""
                )
                .SucceedsAsync();
        }
    }
}
