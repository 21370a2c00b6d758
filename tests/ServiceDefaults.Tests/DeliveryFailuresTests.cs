using Dapr.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using ServiceDefaults.Events;

namespace ServiceDefaults.Tests;

public sealed class DeliveryFailuresTests
{
    private readonly Mock<DaprClient> dapr = new();
    private readonly List<DeliveryFailure> published = [];
    private readonly DeliveryFailures failures;

    public DeliveryFailuresTests()
    {
        dapr.Setup(client =>
                client.PublishEventAsync(
                    "events",
                    "inventory-dead-letters",
                    It.IsAny<DeliveryFailure>(),
                    It.Is<Dictionary<string, string>>(metadata => metadata["cloudevent.type"] == "delivery.failed"),
                    It.IsAny<CancellationToken>()
                )
            )
            .Callback(
                (string _, string _, DeliveryFailure failure, Dictionary<string, string> _, CancellationToken _) => published.Add(failure)
            )
            .Returns(Task.CompletedTask);
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("APP_ID", "inventory")]).Build();
        failures = new DeliveryFailures(dapr.Object, settings, TimeProvider.System, NullLogger<DeliveryFailures>.Instance);
    }

    [Fact]
    public async Task An_event_that_is_dropped_is_reported_at_once_with_its_reason()
    {
        await ReportAsync("7", Delivery.DropBecause("holds no goods"));

        var failure = Assert.Single(published);
        Assert.Equal(("7", "holds no goods", 1), (failure.EventId, failure.Reason, failure.Attempts));
    }

    [Fact]
    public async Task An_event_that_is_tried_again_is_reported_from_the_third_attempt_on()
    {
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await ReportAsync("7", Delivery.RetryBecause($"away {attempt}"));
        }

        Assert.Equal([("away 3", 3), ("away 4", 4)], published.Select(failure => (failure.Reason, failure.Attempts)));
    }

    [Fact]
    public async Task A_dropped_event_of_a_bulk_that_can_not_be_published_is_delivered_again()
    {
        dapr.Setup(client =>
                client.PublishByteEventAsync(
                    "events",
                    "inventory-dead-letters",
                    It.IsAny<ReadOnlyMemory<byte>>(),
                    It.IsAny<string>(),
                    It.IsAny<Dictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ThrowsAsync(new Dapr.DaprException("the broker is away"));

        var delivery = await failures.KeepAsync(System.Text.Json.JsonSerializer.SerializeToElement(new { id = "7" }), default);

        Assert.Equal(Delivery.RetryBecause("the broker is away"), delivery);
    }

    [Fact]
    public async Task An_event_that_is_taken_after_all_is_counted_anew()
    {
        await ReportAsync("7", Delivery.Retry);
        await ReportAsync("7", Delivery.Done);
        await ReportAsync("7", Delivery.Drop);

        Assert.Equal(1, Assert.Single(published).Attempts);
    }

    [Fact]
    public async Task An_event_is_answered_the_same_while_its_failure_can_not_be_published()
    {
        dapr.Setup(client =>
                client.PublishEventAsync(
                    It.IsAny<string>(),
                    It.IsAny<string>(),
                    It.IsAny<DeliveryFailure>(),
                    It.IsAny<Dictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ThrowsAsync(new InvalidOperationException("away"));

        await ReportAsync("7", Delivery.Drop);

        Assert.Empty(published);
    }

    private Task ReportAsync(string eventId, Delivery delivery) => failures.ReportAsync(eventId, delivery, default);
}
