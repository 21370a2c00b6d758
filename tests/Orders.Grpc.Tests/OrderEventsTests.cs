using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Moq.Language.Flow;
using Orders.Grpc.Following;
using ServiceDefaults.Events;
using ServiceDefaults.Requests;
using Status = Dapr.AppCallback.Autogen.Grpc.v1.TopicEventResponse.Types.TopicEventResponseStatus;

namespace Orders.Grpc.Tests;

/// <summary>An event that fails must not affect the others of its bulk.</summary>
public sealed class OrderEventsTests
{
    private readonly FakeOrders orders = new();
    private readonly Mock<DaprClient> dapr = new();
    private readonly ConcurrentQueue<JsonNode?> kept = [];
    private readonly OrderFeed feed;
    private readonly OrderEvents events;

    public OrderEventsTests()
    {
        feed = new OrderFeed(orders.Client);
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("APP_ID", "orders-grpc")]).Build();
        PublishingADeadLetter()
            .Callback(
                (string _, string _, ReadOnlyMemory<byte> data, string _, Dictionary<string, string> _, CancellationToken _) =>
                    kept.Enqueue(JsonNode.Parse(data.Span))
            )
            .Returns(Task.CompletedTask);
        events = new OrderEvents(
            feed,
            new DeliveryFailures(dapr.Object, settings, TimeProvider.System, NullLogger<DeliveryFailures>.Instance),
            settings,
            NullLogger<OrderEvents>.Instance
        );
    }

    [Fact]
    public async Task Each_event_of_a_bulk_has_its_own_answer()
    {
        using var open = feed.Follow("");
        orders.Answer = path =>
            Task.FromResult(
                path switch
                {
                    "/orders/missing" => (HttpStatusCode.NotFound, (object)new { detail = "There is no order." }),
                    "/orders/failing" => (HttpStatusCode.ServiceUnavailable, (object)new { detail = "away" }),
                    "/orders/late" => throw new TaskCanceledException("orders has not answered in time"),
                    _ => FakeOrders.Found(path),
                }
            );
        var request = new TopicEventBulkRequest
        {
            Entries =
            {
                Entry("missing"),
                Entry("failing"),
                Entry("late"),
                Entry("found"),
                new TopicEventBulkRequestEntry { EntryId = "raw", Bytes = ByteString.CopyFromUtf8("raw") },
                new TopicEventBulkRequestEntry(), // daprd has not converted the event, and retries it
            },
        };

        var answer = await events.OnBulkTopicEvent(request, FakeCall.Of(new Caller.Anonymous(), FakeOrders.At));

        Assert.Equal(
            [
                ("missing", Status.Success),
                ("failing", Status.Retry),
                ("late", Status.Retry),
                ("found", Status.Success),
                ("raw", Status.Success),
            ],
            answer.Statuses.Select(entry => (entry.EntryId, entry.Status))
        );
        Assert.Equal(["missing:1", "raw"], kept.Select(letter => (string?)letter!["id"]).Order(StringComparer.Ordinal));
        await using var changes = open.ReadAllAsync(default).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal("found", changes.Current.OrderId);
    }

    [Fact]
    public async Task A_dropped_event_of_a_bulk_that_can_not_be_published_is_delivered_again()
    {
        PublishingADeadLetter().ThrowsAsync(new Dapr.DaprException("the broker is away"));
        var request = new TopicEventBulkRequest { Entries = { new TopicEventBulkRequestEntry { EntryId = "raw" } } };

        var answer = await events.OnBulkTopicEvent(request, FakeCall.Of(new Caller.Anonymous(), FakeOrders.At));

        Assert.Equal(Status.Retry, Assert.Single(answer.Statuses).Status);
    }

    /// <summary>Dapr publishes it to the dead-letter topic.</summary>
    [Fact]
    public async Task A_single_event_without_an_order_is_dropped()
    {
        var answer = await events.OnTopicEvent(
            new TopicEventRequest { Id = "7", Data = ByteString.CopyFromUtf8("{}") },
            FakeCall.Of(new Caller.Anonymous(), FakeOrders.At)
        );

        Assert.Equal(Status.Drop, answer.Status);
        Assert.Empty(kept);
    }

    private ISetup<DaprClient, Task> PublishingADeadLetter() =>
        dapr.Setup(client =>
            client.PublishByteEventAsync(
                "events",
                "orders-grpc-dead-letters",
                It.IsAny<ReadOnlyMemory<byte>>(),
                "application/cloudevents+json",
                It.Is<Dictionary<string, string>>(metadata => metadata["rawPayload"] == "true"),
                It.IsAny<CancellationToken>()
            )
        );

    private static TopicEventBulkRequestEntry Entry(string orderId) =>
        new()
        {
            EntryId = orderId,
            CloudEvent = new TopicEventCERequest { Id = $"{orderId}:1", Data = ByteString.CopyFromUtf8($$"""{"orderId":"{{orderId}}"}""") },
        };
}
