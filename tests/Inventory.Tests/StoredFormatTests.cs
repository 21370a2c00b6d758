using System.Text.Json;
using Inventory.Stock;
using Microsoft.Extensions.Time.Testing;
using ServiceDefaults;
using ServiceFakes;

namespace Inventory.Tests;

/// <summary>What is stored or sent outlives the code that wrote it: these texts are never edited, only added to.</summary>
public sealed class StoredFormatTests
{
    [Fact]
    public void A_product_keeps_its_text()
    {
        const string json = """{"productId":"tea","name":"Tea","price":500,"currency":"EUR","available":10,"reserved":3,"sold":4}""";

        Assert.Equal(json, Write(new Product("tea", "Tea", 500, "EUR", 10, 3, 4)));
        Assert.Equal(new Product("tea", "Tea", 500, "EUR", 10, 3, 4), Read<Product>(json));
    }

    [Theory]
    [InlineData("""{"orderId":"o1","status":"reserved","lines":[{"productId":"tea","quantity":2}],"version":1}""")]
    [InlineData("""{"orderId":"o1","status":"failed","lines":[],"reason":"2 of tea are wanted, 0 are left","version":1}""")]
    [InlineData("""{"orderId":"o1","status":"released","lines":[{"productId":"tea","quantity":2}],"version":2}""")]
    [InlineData("""{"orderId":"o1","status":"sold","lines":[{"productId":"tea","quantity":2}],"version":2}""")]
    public void A_reservation_keeps_its_text_in_every_status(string json) => Assert.Equal(json, Write(Read<Reservation>(json)));

    [Fact]
    public void A_stored_reservation_loads_with_reordered_and_added_fields()
    {
        var reservation = Read<Reservation>(
            """{"version":1,"addedLater":[1],"lines":[{"quantity":2,"productId":"tea"}],"status":"reserved","orderId":"o1"}"""
        );

        Assert.Equal(("o1", ReservationStatus.Reserved, 1), (reservation.OrderId, reservation.Status, reservation.Version));
        Assert.Equal([new ReservationLine("tea", 2)], reservation.Lines);
    }

    [Theory]
    [InlineData("reserved", "inventory.reserved")]
    [InlineData("failed", "inventory.reservation-failed")]
    [InlineData("released", "inventory.released")]
    [InlineData("sold", "inventory.sold")]
    public async Task Published_events_keep_their_name_and_text(string status, string type)
    {
        var state = new MemoryState();
        var events = new ReservationEvents(state.Client, new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));
        var reservation = Read<Reservation>(
            $$"""{"orderId":"o1","status":"{{status}}","lines":[{"productId":"tea","quantity":2}],"reason":"why","version":1}"""
        );

        await events.PublishAsync(reservation, "choreography", default);

        var published = Assert.Single(state.Published);
        Assert.Equal((type, "o1", "inventory-choreography"), (published.Type, published.Subject, Assert.Single(state.Outboxes)));
        Assert.Equal(
            $$"""{"eventId":"o1:{{type}}","version":1,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o1","items":[{"productId":"tea","quantity":2}],"reason":"why"{{(status == "failed" ? ",\"code\":\"out-of-stock\"" : "")}}}""",
            published.Json
        );
        Assert.Equal(published.Json, state.JsonOf("inventory-store", "reservation-o1"));
    }

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, Json.Options);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Json.Options)!;
}
