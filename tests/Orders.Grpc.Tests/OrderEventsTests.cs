using System.Net;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Orders.Grpc.Following;
using ServiceDefaults.Events;
using ServiceDefaults.Requests;
using Status = Dapr.AppCallback.Autogen.Grpc.v1.TopicEventResponse.Types.TopicEventResponseStatus;

namespace Orders.Grpc.Tests;

/// <summary>An event that fails must not affect the others of its bulk.</summary>
public sealed class OrderEventsTests
{
    private readonly FakeOrders orders = new();
    private readonly OrderFeed feed;
    private readonly OrderEvents events;

    public OrderEventsTests()
    {
        feed = new OrderFeed(orders.Client);
        var settings = new ConfigurationBuilder().Build();
        events = new OrderEvents(
            feed,
            new DeliveryFailures(Mock.Of<DaprClient>(), settings, TimeProvider.System, NullLogger<DeliveryFailures>.Instance),
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
                new TopicEventBulkRequestEntry { EntryId = "raw" },
            },
        };

        var answer = await events.OnBulkTopicEvent(request, FakeCall.Of(new Caller.Anonymous(), FakeOrders.At));

        Assert.Equal(
            [("missing", Status.Drop), ("failing", Status.Retry), ("late", Status.Retry), ("found", Status.Success), ("raw", Status.Drop)],
            answer.Statuses.Select(entry => (entry.EntryId, entry.Status))
        );
        await using var changes = open.ReadAllAsync(default).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal("found", changes.Current.OrderId);
    }

    private static TopicEventBulkRequestEntry Entry(string orderId) =>
        new()
        {
            EntryId = orderId,
            CloudEvent = new TopicEventCERequest { Id = $"{orderId}:1", Data = ByteString.CopyFromUtf8($$"""{"orderId":"{{orderId}}"}""") },
        };
}
