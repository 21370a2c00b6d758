using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Sidecar.Components;
using Sidecar.PubSub;
using Sidecar.PubSub.Publishing;
using Sidecar.Resiliency;
using Sidecar.Resources;
using Sidecar.Tracing;

namespace Sidecar.Tests.Blocks;

public sealed class EventTimeTests
{
    [Fact]
    public async Task The_time_of_an_event_has_the_offset_of_the_machine_and_its_expiration_is_in_UTC()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero));
        time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromMinutes(330), "east", "east"));
        var envelope = await PublishAsync(time);
        Assert.Equal(
            ("2024-05-06T12:38:09+05:30", "2024-05-06T07:08:14Z"),
            (envelope.GetProperty("time").GetString(), envelope.GetProperty("expiration").GetString())
        );
    }

    private static async Task<JsonElement> PublishAsync(TimeProvider time)
    {
        var published = new List<BrokerMessage>();
        var broker = new Mock<IPubSub>();
        broker
            .Setup(one => one.PublishAsync(It.IsAny<BrokerMessage>(), It.IsAny<CancellationToken>()))
            .Callback((BrokerMessage message, CancellationToken _) => published.Add(message))
            .Returns(Task.CompletedTask);
        var resource = new Component("events", "pubsub.in-memory", "v1", [], [], null, false, "f", 1);
        var scopes = new TopicScopes(new ComponentProperties(resource, new Dictionary<string, string>(), []), "app");
        var components = new ComponentSet([new LoadedComponent(resource, new PubSubComponent("events", broker.Object, scopes), [])]);
        var api = new PubSubApi(
            "app",
            components,
            new PolicyBook("app", [], time),
            new Tracer("app", TracingOptions.Default, NullLoggerFactory.Instance),
            time
        );
        await api.PublishAsync(
            new PublishTarget("events", "t", new Dictionary<string, string> { ["ttlInSeconds"] = "5" }, TraceContext.None),
            "x"u8.ToArray(),
            "text/plain",
            CancellationToken.None
        );
        return JsonSerializer.Deserialize<JsonElement>(Assert.Single(published).Data.Span);
    }
}
