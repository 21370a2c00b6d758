using Dapr.Client;
using ServiceDefaults.Refusals;
using ServiceDefaults.State;

namespace Inventory.Stock;

/// <summary>The reservations of some orders, and the orders whose reservation can't be read.</summary>
internal sealed record FoundReservations(IReadOnlyList<Reservation> Readable, IReadOnlyList<string> Unreadable);

/// <summary>
/// Products and reservations in one store, so that an order's goods move in one transaction: every product it touches under its ETag, and
/// the reservation with them. The store has no outbox; <see cref="ReservationEvents"/> publishes.
/// </summary>
internal sealed class StockStore(DaprClient dapr, UnreadableRecords unreadable, TimeProvider time)
{
    public const string Store = "inventory-stock";

    private readonly RecordStore records = new(dapr, Store);

    private readonly OrderSerializer orders = new();

    public async Task<Reservation?> FindReservationAsync(string orderId, CancellationToken cancellation) =>
        (await records.FindAsync<Reservation>(ReservationKeyOf(orderId), cancellation))?.Value;

    public async Task<FoundReservations> FindReservationsAsync(IReadOnlyList<string> orderIds, CancellationToken cancellation)
    {
        var read = await records.FindManyAsync([.. orderIds.Select(ReservationKeyOf)], cancellation);
        var readable = new List<Reservation>();
        var failed = new List<string>();
        foreach (var orderId in orderIds.Distinct(StringComparer.Ordinal))
        {
            var key = ReservationKeyOf(orderId);
            var found = unreadable.Read<Reservation>(key, read[key].As<Reservation>, out var reason);
            if (reason is not null)
            {
                failed.Add(orderId);
            }
            else if (found is not null)
            {
                readable.Add(found);
            }
        }
        return new FoundReservations(readable, failed);
    }

    /// <summary>
    /// Returns those reservations whose products all have a record that can be read: a release writes the records of all of them.
    /// </summary>
    public async Task<IReadOnlyList<Reservation>> WithReadableProductsAsync(
        IReadOnlyList<Reservation> reservations,
        CancellationToken cancellation
    )
    {
        var keys = reservations
            .SelectMany(one => one.Lines)
            .Select(line => ProductStore.KeyOf(line.ProductId))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var read = await records.FindManyAsync(keys, cancellation);
        var readable = keys.Where(key => unreadable.Read<Product>(key, () => ProductOf(read[key]), out _) is not null)
            .ToHashSet(StringComparer.Ordinal);
        return [.. reservations.Where(one => one.Lines.All(line => readable.Contains(ProductStore.KeyOf(line.ProductId))))];

        static Product ProductOf(StoredJson record) =>
            record.As<Product>() ?? throw new InvalidOperationException("there is no such record");
    }

    /// <summary>
    /// Decides on the reservation of <paramref name="orderId"/>, writes it and returns it; decides again after a concurrent write.
    /// <paramref name="track"/>: adds the reservation to the open ones of the first product.
    /// </summary>
    /// <exception cref="KeyNotFoundException">A product whose units are to be moved has no record.</exception>
    public async Task<Outcome<Reservation>> ChangeAsync(
        string orderId,
        IReadOnlyList<ReservationLine> lines,
        Func<Reservation?, IReadOnlyDictionary<string, Product>, Decision<StockChange>> decide,
        string? requestId,
        CancellationToken cancellation,
        bool track = false
    )
    {
        var productIds = lines.Select(line => line.ProductId).Distinct(StringComparer.Ordinal).ToList();
        using var turn = await orders.TakeAsync(orderId, cancellation);
        while (true)
        {
            var read = await ReadAsync(orderId, productIds, track, cancellation);
            if (read.Reservation?.Value.Lines.Any(line => !productIds.Contains(line.ProductId)) == true)
            {
                productIds = [.. read.Reservation.Value.Lines.Select(line => line.ProductId)];
                continue; // the reservation holds other products than the caller named
            }
            var decided = decide(
                read.Reservation?.Value,
                read.Products.ToDictionary(item => item.Key, item => item.Value.Value, StringComparer.Ordinal)
            );
            if (decided.Refusal is { } refusal)
            {
                return refusal;
            }
            if (decided.Event is not { } change)
            {
                return read.Reservation!.Value;
            }
            change = change with { Reservation = change.Reservation with { RequestId = read.Reservation?.Value.RequestId ?? requestId } };
            if (await WriteAsync(read, change, cancellation) == WriteResult.Written)
            {
                return change.Reservation;
            }
        }
    }

    private async Task<StockRead> ReadAsync(string orderId, List<string> productIds, bool track, CancellationToken cancellation)
    {
        var first = track ? productIds.Min(StringComparer.Ordinal) : null;
        var reading = records.FindManyAsync(
            [.. productIds.Select(ProductStore.KeyOf), .. first is null ? (string[])[] : [OpenReservations.KeyOf(first)]],
            cancellation
        );
        var reservation = await records.FindAsync<Reservation>(ReservationKeyOf(orderId), cancellation);
        var read = await reading;
        return new StockRead(
            reservation,
            productIds
                .Where(id => read[ProductStore.KeyOf(id)].ETag is not null)
                .ToDictionary(id => id, id => Parse<Product>(read[ProductStore.KeyOf(id)])!, StringComparer.Ordinal),
            first,
            first is null ? null : Parse<OpenReservations>(read[OpenReservations.KeyOf(first)])
        );
    }

    private static Stored<T>? Parse<T>(StoredJson record)
        where T : class => record.As<T>() is { } value ? new Stored<T>(value, record.ETag!) : null;

    /// <summary>
    /// Guards a change without products by a first-write save, and any other by the products' ETags: every decision about the same order
    /// writes the same products.
    /// </summary>
    private Task<WriteResult> WriteAsync(StockRead read, StockChange change, CancellationToken cancellation)
    {
        var key = ReservationKeyOf(change.Reservation.OrderId);
        if (change.Products.Count == 0 && read.Reservation is null)
        {
            return records.CreateAsync(key, change.Reservation, cancellation);
        }
        return records.TransactAsync(
            [
                .. change.Products.Select(product => new RecordChange(
                    ProductStore.KeyOf(product.ProductId),
                    product,
                    read.Products[product.ProductId].ETag
                )),
                new RecordChange(key, change.Reservation, read.Reservation?.ETag),
                .. Tracked(read, change),
            ],
            cancellation
        );
    }

    /// <summary>The changes that add held goods to the open reservations of the first product.</summary>
    private IEnumerable<RecordChange> Tracked(StockRead read, StockChange change)
    {
        if (read.First is not { } first || change.Reservation.Status != ReservationStatus.Reserved)
        {
            yield break;
        }
        var before = read.Open?.Value ?? OpenReservations.None;
        var (after, full) = before.Add(new OpenReservation(change.Reservation.OrderId, time.GetUtcNow()));
        yield return new RecordChange(OpenReservations.KeyOf(first), after, read.Open?.ETag);
        if (full is not null)
        {
            yield return new RecordChange(OpenReservations.PageKeyOf(first, before.Next), full, null) { IsGuarded = false };
        }
    }

    private static string ReservationKeyOf(string orderId) => $"reservation-{orderId}";

    /// <summary>
    /// The records that a decision is made from. <paramref name="First"/>: the product whose open reservations get this one, if any.
    /// </summary>
    private sealed record StockRead(
        Stored<Reservation>? Reservation,
        IReadOnlyDictionary<string, Stored<Product>> Products,
        string? First,
        Stored<OpenReservations>? Open
    );
}
