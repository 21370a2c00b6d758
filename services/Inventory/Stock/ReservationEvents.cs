using System.Text.Json;
using Dapr.Client;
using ServiceDefaults;
using ServiceDefaults.Aggregates;
using ServiceDefaults.Events;

namespace Inventory.Stock;

/// <summary>
/// Publishes the events of reservations through the outbox of a separate store, whose record is the order's last event. The event id is
/// derived from order and version, so publishing again repeats the same event.
/// </summary>
internal sealed class ReservationEvents(DaprClient dapr, TimeProvider time)
{
    private const string Store = "inventory-store";
    private const string Choreography = "inventory-choreography"; // the same records, with an outbox of its own

    public Task PublishAsync(Reservation reservation, string saga, CancellationToken cancellation)
    {
        var type = TypeOf(reservation.Status);
        var data = new ReservationEvent(
            $"{reservation.OrderId}:{type}",
            reservation.Version,
            time.GetUtcNow(),
            reservation.OrderId,
            reservation.Lines,
            reservation.Reason,
            reservation.Status == ReservationStatus.Failed ? Reservation.OutOfStock : null
        );
        var published = new OutgoingEvent(type, reservation.OrderId, data) { Saga = saga, RequestId = reservation.RequestId };
        return dapr.ExecuteStateTransactionAsync(
            saga == SagaKinds.Choreography ? Choreography : Store,
            OutboxOperations.Of($"reservation-{reservation.OrderId}", JsonSerializer.SerializeToUtf8Bytes(data, Json.Options), published),
            cancellationToken: cancellation
        );
    }

    /// <summary>Stored format: the event's name on the topics <c>inventory</c> and <c>inventory-choreography</c>.</summary>
    private static string TypeOf(ReservationStatus status) =>
        status switch
        {
            ReservationStatus.Reserved => "inventory.reserved",
            ReservationStatus.Failed => "inventory.reservation-failed",
            ReservationStatus.Released => "inventory.released",
            ReservationStatus.Sold => "inventory.sold",
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, "a status without an event"),
        };

    /// <summary>Stored format.</summary>
    private sealed record ReservationEvent(
        string EventId,
        int Version,
        DateTimeOffset OccurredAt,
        string OrderId,
        IReadOnlyList<ReservationLine> Items,
        string? Reason,
        string? Code
    );
}
