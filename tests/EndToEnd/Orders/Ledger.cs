using System.Text.Json;
using EndToEnd.Sets;

namespace EndToEnd.Orders;

/// <summary>A booking of the payment provider for an order.</summary>
internal sealed record Booking(string OrderId, long Amount, bool Captured, bool Refunded)
{
    public long Kept => Captured && !Refunded ? Amount : 0;
}

internal sealed record ShipmentBooking(string OrderId, string Status);

/// <summary>Stored records that the public API does not show: the provider's bookings and the shipments.</summary>
internal sealed class Ledger(StoreSet set)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public IReadOnlyDictionary<string, Booking> Payments() => Read<Booking>("payments-provider").ToDictionary(booking => booking.OrderId);

    public IReadOnlyDictionary<string, ShipmentBooking> Shipments() =>
        Read<ShipmentBooking>("shipping-store").ToDictionary(booking => booking.OrderId);

    private IEnumerable<T> Read<T>(string store) => set.ValuesOf(store).Select(value => JsonSerializer.Deserialize<T>(value, Web)!);
}
