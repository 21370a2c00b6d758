using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ServiceDefaults;
using ServiceDefaults.State;
using ServiceFakes;
using Shipping.Shipments;

namespace Shipping.Tests;

/// <summary>What is stored or sent outlives the code that wrote it: these texts are never edited, only added to.</summary>
public sealed class StoredFormatTests
{
    private static readonly UnreadableRecords Unreadable = new(NullLogger<UnreadableRecords>.Instance);
    private static readonly Destination Graz = new("Ada", "Main St 1", "Graz", "8010", "AT");

    [Theory]
    [InlineData("""{"orderId":"o1","status":"requested","version":0}""")]
    [InlineData(
        """{"orderId":"o1","status":"arranged","tracking":"TRK-o1","destination":{"name":"Ada","line1":"Main St 1","city":"Graz","postalCode":"8010","country":"AT"},"version":1}"""
    )]
    [InlineData("""{"orderId":"o1","status":"shipped","tracking":"TRK-o1","version":2}""")]
    [InlineData("""{"orderId":"o1","status":"delivered","tracking":"TRK-o1","version":3}""")]
    [InlineData("""{"orderId":"o1","status":"cancelled","version":1}""")]
    [InlineData("""{"orderId":"o1","status":"shipped","tracking":"TRK-o1","version":2,"since":"2026-01-02T03:04:05+00:00"}""")]
    public void A_shipment_keeps_its_text_in_every_status(string json) => Assert.Equal(json, Write(Read(json)));

    [Fact]
    public void A_stored_shipment_loads_with_reordered_and_added_fields() =>
        Assert.Equal(
            new Shipment("o1", ShipmentStatus.Arranged, "TRK-o1", Graz, 1),
            Read(
                """{"version":1,"addedLater":1,"destination":{"country":"AT","postalCode":"8010","city":"Graz","line1":"Main St 1","name":"Ada"},"tracking":"TRK-o1","status":"arranged","orderId":"o1"}"""
            )
        );

    [Fact]
    public async Task Published_events_keep_their_text_and_a_repetition_publishes_nothing()
    {
        var state = new MemoryState().Knows<Shipment>();
        var shipments = new ShipmentStore(
            state.Client,
            Unreadable,
            new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
        );

        await shipments.ChangeAsync("o1", before => ShipmentRules.Arrange(before, Graz, "TRK-o1"), default);
        await shipments.ChangeAsync("o1", before => ShipmentRules.Arrange(before, Graz, "TRK-o1"), default);
        await shipments.ChangeAsync("o1", ShipmentRules.Cancel, default);
        await shipments.ChangeAsync("o1", ShipmentRules.Cancel, default);
        await shipments.ChangeAsync("o2", before => ShipmentRules.Arrange(before, Graz, "TRK-o2"), default, "choreography");

        Assert.Equal(
            [
                new PublishedEvent(
                    "shipment.arranged",
                    "o1",
                    """{"eventId":"o1:shipment.arranged","version":1,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o1","tracking":"TRK-o1"}"""
                ),
                new PublishedEvent(
                    "shipment.cancelled",
                    "o1",
                    """{"eventId":"o1:shipment.cancelled","version":2,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o1","tracking":"TRK-o1"}"""
                ),
                new PublishedEvent(
                    "shipment.arranged",
                    "o2",
                    """{"eventId":"o2:shipment.arranged","version":1,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o2","tracking":"TRK-o2"}"""
                ),
            ],
            state.Published
        );
        Assert.Equal(["shipping-store", "shipping-store", "shipping-choreography"], state.Outboxes);
        Assert.NotNull(state.JsonOf("shipping-store", "shipment-o1"));
    }

    [Fact]
    public async Task A_shipment_that_can_not_be_read_is_left_out_of_many()
    {
        var state = new MemoryState();
        state.Put("shipping-store", "shipment-o1", """{"orderId":"o1","status":"teleported","version":2}""");
        state.Put("shipping-store", "shipment-o2", """{"orderId":"o2","status":"shipped","tracking":"TRK-o2","version":2}""");
        var shipments = new ShipmentStore(state.Client, Unreadable, new FakeTimeProvider());

        Assert.Equal("o2", Assert.Single(await shipments.FindAsync(["o1", "o2"], default)).OrderId);
    }

    [Fact]
    public async Task A_shipment_that_was_refused_is_never_shown()
    {
        var shipments = new ShipmentStore(new MemoryState().Knows<Shipment>().Client, Unreadable, new FakeTimeProvider());

        await shipments.ChangeAsync("o1", before => ShipmentRules.Arrange(before, Graz with { Country = "XX" }, "TRK-o1"), default);

        Assert.Null(await shipments.FindAsync("o1", default));
    }

    [Fact]
    public void A_requested_shipment_has_no_event() => Assert.Throws<InvalidOperationException>(() => Shipment.Request("o1").EventType());

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, Json.Options);

    private static Shipment Read(string json) => JsonSerializer.Deserialize<Shipment>(json, Json.Options)!;
}
