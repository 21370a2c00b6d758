using Inventory.Stock;

namespace Inventory.Reserving;

/// <summary>The fields of orders' events that inventory reads.</summary>
internal sealed record OrderNotification(string EventId, string OrderId, IReadOnlyList<ReservationLine>? Items = null);

/// <summary>The fields of shipments' events that inventory reads.</summary>
internal sealed record ShipmentNotification(string EventId, string OrderId);
