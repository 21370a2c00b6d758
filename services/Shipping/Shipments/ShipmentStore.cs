using Dapr.Client;
using ServiceDefaults.Aggregates;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.State;

namespace Shipping.Shipments;

/// <summary>
/// Shipments in Dapr state; each change publishes itself to the topic <c>shipments</c>, or <c>shipments-choreography</c>.
/// </summary>
internal sealed class ShipmentStore(DaprClient dapr, UnreadableRecords unreadable, TimeProvider time)
{
    private const string Store = "shipping-store";

    private readonly AggregateStore<Shipment> shipments = new(dapr, Store, KeyOf, "shipping-choreography");
    private readonly RecordStore records = new(dapr, Store);

    public async Task<Shipment?> FindAsync(string orderId, CancellationToken cancellation) =>
        await shipments.FindAsync(orderId, cancellation) is { Value.Status: not ShipmentStatus.Requested } found ? found.Value : null;

    /// <summary>Returns the shipments of the orders; an order without one that can be read is left out.</summary>
    public async Task<IReadOnlyList<Shipment>> FindAsync(IReadOnlyList<string> orderIds, CancellationToken cancellation) =>
        [
            .. (await records.FindManyAsync([.. orderIds.Select(KeyOf)], cancellation))
                .Select(record => unreadable.Read<Shipment>(record.Key, record.Value))
                .OfType<Shipment>()
                .Where(shipment => shipment.Status != ShipmentStatus.Requested),
        ];

    /// <summary>
    /// Decides and writes; decides again after a concurrent write. <paramref name="republish"/>: publishes the stored decision again.
    /// </summary>
    public async Task<Outcome<Shipment>> ChangeAsync(
        string orderId,
        Func<Shipment, Decision<Shipment>> decide,
        CancellationToken cancellation,
        string? saga = null,
        bool republish = false
    )
    {
        while (true)
        {
            var read = await shipments.FindAsync(orderId, cancellation) ?? Stored<Shipment>.Missing(Shipment.Request(orderId, saga));
            var decided = decide(read.Value);
            if (decided.Refusal is { } refusal)
            {
                return refusal;
            }
            if (decided.IsNothingToDo && !republish)
            {
                return read.Value;
            }
            var next = decided.Event is { } changed ? changed with { Since = time.GetUtcNow() } : read.Value;
            if (await WriteAsync(read, next, cancellation) == WriteResult.Written)
            {
                return next;
            }
        }
    }

    private Task<WriteResult> WriteAsync(Stored<Shipment> read, Shipment next, CancellationToken cancellation)
    {
        var data = new ShipmentEvent(
            $"{next.OrderId}:{next.EventType()}",
            next.Version,
            time.GetUtcNow(),
            next.OrderId,
            next.Tracking,
            next.Reason,
            next.Status == ShipmentStatus.Refused ? ShipmentRules.AddressNotServed : null
        );
        return shipments.WriteAsync(next.OrderId, read, next, OutgoingEventOf(next, data), cancellation);
    }

    private static string KeyOf(string orderId) => $"shipment-{orderId}";

    private static OutgoingEvent OutgoingEventOf(Shipment shipment, object data) =>
        new(shipment.EventType(), shipment.OrderId, data)
        {
            Saga = shipment.Saga ?? SagaKinds.Orchestration,
            RequestId = shipment.RequestId,
        };

    /// <summary>Stored format of the events on the topic <c>shipments</c>.</summary>
    private sealed record ShipmentEvent(
        string EventId,
        int Version,
        DateTimeOffset OccurredAt,
        string OrderId,
        string? Tracking,
        string? Reason,
        string? Code
    );
}
