using System.Net.Http.Json;
using System.Text;
using Dapr.Client;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using ServiceDefaults.Events;

namespace ServiceDefaults.Tests;

/// <summary>
/// An event that lacks a field of its contract is dropped, and its dead letter has the reason. A dropped event of a bulk is published by the
/// app itself.
/// </summary>
public sealed class UnreadableEventTests
{
    [Theory]
    [InlineData("/events/one", false)]
    [InlineData("/events/one", true)]
    [InlineData("/events/bulk", true)]
    public async Task The_reason_for_which_an_event_cannot_be_read_is_published(string path, bool inBulk)
    {
        var published = new List<DeliveryFailure>();
        var dapr = new Mock<DaprClient>();
        dapr.Setup(client =>
                client.PublishEventAsync(
                    "events",
                    "payments-dead-letters",
                    It.IsAny<DeliveryFailure>(),
                    It.IsAny<Dictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Callback(
                (string _, string _, DeliveryFailure failure, Dictionary<string, string> _, CancellationToken _) => published.Add(failure)
            )
            .Returns(Task.CompletedTask);
        var kept = new List<string>();
        dapr.Setup(client =>
                client.PublishByteEventAsync(
                    "events",
                    "payments-dead-letters",
                    It.IsAny<ReadOnlyMemory<byte>>(),
                    "application/cloudevents+json",
                    It.Is<Dictionary<string, string>>(metadata => metadata["rawPayload"] == "true"),
                    It.IsAny<CancellationToken>()
                )
            )
            .Callback(
                (string _, string _, ReadOnlyMemory<byte> data, string _, Dictionary<string, string> _, CancellationToken _) =>
                    kept.Add(Encoding.UTF8.GetString(data.Span))
            )
            .Returns(Task.CompletedTask);
        await using var app = await HostedApp.StartAsync(
            builder =>
            {
                builder.Configuration["APP_ID"] = "payments";
                builder
                    .Services.AddSingleton(new Handler())
                    .AddSingleton(TimeProvider.System)
                    .AddSingleton(dapr.Object)
                    .AddSingleton<DeliveryFailures>();
            },
            service =>
            {
                service.MapEvent<Data, Handler>("/events/one", (_, _, _) => Task.FromResult(Delivery.Done));
                service.MapEvents<Data, Handler>("/events/bulk", (_, _, _) => Task.FromResult<IReadOnlyList<Delivery>>([]));
            }
        );
        var unreadable = new
        {
            id = "7",
            type = "t",
            data = new { },
        };
        object body = inBulk ? new { entries = new[] { new { entryId = "1", @event = unreadable } } } : unreadable;

        using var answer = await app.Http.PostAsJsonAsync(path, body);

        Assert.Contains(inBulk ? "SUCCESS" : "DROP", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(inBulk ? ["""{"id":"7","type":"t","data":{}}"""] : [], kept);
        var failure = Assert.Single(published);
        Assert.Equal("7", failure.EventId);
        Assert.StartsWith("The event can't be read", failure.Reason, StringComparison.Ordinal);
    }

    private sealed record Data(string OrderId);

    private sealed class Handler;
}
