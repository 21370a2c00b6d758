using System.Text.Json;
using Dapr;
using Dapr.Client;
using Grpc.Core;
using Inventory.Catalogue;
using Inventory.Expiry;
using ServiceDefaults;
using ServiceDefaults.Aggregates;
using ServiceDefaults.Refusals;

namespace Inventory.Stock;

/// <summary>
/// Products and reservations in one store, so that an order's goods move in one transaction: every product it touches under its
/// ETag, and the reservation with them. The store has no outbox; <see cref="ReservationEvents"/> publishes.
/// </summary>
internal sealed class StockStore(DaprClient dapr, TimeProvider time)
{
    public const string Store = "inventory-stock";
    private const string IndexKey = "products";

    public static readonly StateOptions FirstWrite = new()
    {
        Concurrency = ConcurrencyMode.FirstWrite,
        Consistency = ConsistencyMode.Strong,
    };

    private readonly OrderTurns turns = new();

    public async Task<IReadOnlyDictionary<string, Stored<Product>>> FindAsync(
        IReadOnlyList<string> productIds,
        CancellationToken cancellation
    )
    {
        var items = await dapr.GetBulkStateAsync<Product?>(
            Store,
            [.. productIds.Select(KeyOf)],
            parallelism: null,
            cancellationToken: cancellation
        );
        return items
            .Where(item => !string.IsNullOrEmpty(item.ETag) && item.Value is not null)
            .ToDictionary(item => item.Value!.ProductId, item => new Stored<Product>(item.Value!, item.ETag), StringComparer.Ordinal);
    }

    public async Task<IReadOnlyList<Product>> ListAsync(CancellationToken cancellation)
    {
        var ids = await dapr.GetStateAsync<List<string>?>(Store, IndexKey, ConsistencyMode.Strong, cancellationToken: cancellation) ?? [];
        return ids.Count == 0
            ? []
            :
            [
                .. (await FindAsync(ids, cancellation))
                    .Values.Select(found => found.Value)
                    .OrderBy(product => product.ProductId, ProductOrder.Instance),
            ];
    }

    /// <summary>Adds a product that is not there yet; one that is stays as it is.</summary>
    public async Task AddAsync(Product product, CancellationToken cancellation)
    {
        await IndexAsync(product.ProductId, cancellation);
        if (!(await FindAsync([product.ProductId], cancellation)).ContainsKey(product.ProductId))
        {
            await TryCreateAsync(KeyOf(product.ProductId), product, cancellation);
        }
    }

    public async Task<Outcome<Product>> PutAsync(string productId, ProductDetails details, CancellationToken cancellation)
    {
        while (true)
        {
            var before = (await FindAsync([productId], cancellation)).GetValueOrDefault(productId);
            var put = ProductRules.Put(productId, before?.Value, details);
            if (put.Refusal is not null)
            {
                return put;
            }
            await IndexAsync(productId, cancellation);
            if (
                before is null
                    ? await TryCreateAsync(KeyOf(productId), put.Value!, cancellation)
                    : await dapr.TrySaveStateAsync(
                        Store,
                        KeyOf(productId),
                        put.Value!,
                        before.ETag,
                        FirstWrite,
                        cancellationToken: cancellation
                    )
            )
            {
                return put;
            }
        }
    }

    public async Task<Reservation?> FindReservationAsync(string orderId, CancellationToken cancellation) =>
        await dapr.GetStateAsync<Reservation?>(Store, ReservationKeyOf(orderId), ConsistencyMode.Strong, cancellationToken: cancellation);

    public async Task<IReadOnlyList<Reservation>> FindReservationsAsync(IReadOnlyList<string> orderIds, CancellationToken cancellation) =>
        [
            .. (
                await dapr.GetBulkStateAsync<Reservation?>(
                    Store,
                    [.. orderIds.Select(ReservationKeyOf)],
                    parallelism: null,
                    cancellationToken: cancellation
                )
            )
                .Select(item => item.Value)
                .OfType<Reservation>(),
        ];

    /// <summary>
    /// Decides on the reservation of <paramref name="orderId"/> and writes what was decided, again from the start when somebody else
    /// was faster. Gives the reservation as it is then. <paramref name="note"/>: goods that are held are noted down with the first of
    /// the products, to be looked after.
    /// </summary>
    public async Task<Outcome<Reservation>> ChangeAsync(
        string orderId,
        IReadOnlyList<ReservationLine> lines,
        Func<Reservation?, IReadOnlyDictionary<string, Product>, Decision<StockChange>> decide,
        string? requestId,
        CancellationToken cancellation,
        bool note = false
    )
    {
        var productIds = lines.Select(line => line.ProductId).Distinct(StringComparer.Ordinal).ToList();
        using var turn = await turns.TakeAsync(orderId, cancellation);
        while (true)
        {
            var read = await ReadAsync(orderId, productIds, note, cancellation);
            if (read.Reservation?.Value.Lines.Any(line => !read.Products.ContainsKey(line.ProductId)) == true)
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
            if (await TryWriteAsync(read, change, cancellation))
            {
                return change.Reservation;
            }
        }
    }

    private async Task<StockRead> ReadAsync(string orderId, List<string> productIds, bool note, CancellationToken cancellation)
    {
        var first = note ? productIds.Min(StringComparer.Ordinal) : null;
        var records = ReadManyAsync(
            [.. productIds.Select(KeyOf), .. first is null ? (string[])[] : [OpenReservations.KeyOf(first)]],
            cancellation
        );
        var (reservation, etag) = await dapr.GetStateAndETagAsync<Reservation>(
            Store,
            ReservationKeyOf(orderId),
            ConsistencyMode.Strong,
            cancellationToken: cancellation
        );
        var read = await records;
        return new StockRead(
            string.IsNullOrEmpty(etag) ? null : new Stored<Reservation>(reservation, etag),
            productIds
                .Where(id => read.ContainsKey(KeyOf(id)))
                .ToDictionary(id => id, id => Parse<Product>(read[KeyOf(id)]), StringComparer.Ordinal),
            first,
            first is not null && read.TryGetValue(OpenReservations.KeyOf(first), out var open) ? Parse<OpenReservations>(open) : null
        );
    }

    private async Task<IReadOnlyDictionary<string, BulkStateItem>> ReadManyAsync(
        IReadOnlyList<string> keys,
        CancellationToken cancellation
    ) =>
        keys.Count == 0
            ? new Dictionary<string, BulkStateItem>()
            : (await dapr.GetBulkStateAsync(Store, keys, parallelism: null, cancellationToken: cancellation))
                .Where(item => !string.IsNullOrEmpty(item.ETag))
                .ToDictionary(item => item.Key, StringComparer.Ordinal);

    private static Stored<T> Parse<T>(BulkStateItem item) => new(JsonSerializer.Deserialize<T>(item.Value, Json.Options)!, item.ETag);

    /// <summary>
    /// A change that touches no product is guarded by a first-write save, any other by the products' ETags: whoever decides on the
    /// same order at the same time writes the same products.
    /// </summary>
    private async Task<bool> TryWriteAsync(StockRead read, StockChange change, CancellationToken cancellation)
    {
        var key = ReservationKeyOf(change.Reservation.OrderId);
        var operations = change
            .Products.Select(product => Upsert(KeyOf(product.ProductId), product, read.Products[product.ProductId].ETag))
            .Append(Upsert(key, change.Reservation, read.Reservation?.ETag))
            .Concat(Noting(read, change))
            .ToList();
        try
        {
            if (change.Products.Count == 0 && read.Reservation is null)
            {
                await dapr.SaveStateAsync(Store, key, change.Reservation, FirstWrite, cancellationToken: cancellation);
            }
            else
            {
                await dapr.ExecuteStateTransactionAsync(Store, operations, cancellationToken: cancellation);
            }
            return true;
        }
        catch (Exception e) when (e is DaprException or RpcException)
        {
            var now = await ReadAsync(change.Reservation.OrderId, [.. read.Products.Keys], read.First is not null, cancellation);
            if (now.DiffersFrom(read))
            {
                return false;
            }
            throw;
        }
    }

    private IEnumerable<StateTransactionRequest> Noting(StockRead read, StockChange change)
    {
        if (read.First is not { } first || change.Reservation.Status != ReservationStatus.Reserved)
        {
            yield break;
        }
        var before = read.Open?.Value ?? OpenReservations.None;
        var (after, full) = before.Add(new OpenReservation(change.Reservation.OrderId, time.GetUtcNow()));
        yield return Upsert(OpenReservations.KeyOf(first), after, read.Open?.ETag);
        if (full is not null)
        {
            yield return Upsert(OpenReservations.PageKeyOf(first, before.Next), full, null);
        }
    }

    private async Task IndexAsync(string productId, CancellationToken cancellation)
    {
        while (true)
        {
            var (ids, etag) = await dapr.GetStateAndETagAsync<List<string>?>(
                Store,
                IndexKey,
                ConsistencyMode.Strong,
                cancellationToken: cancellation
            );
            if (ids?.Contains(productId) == true)
            {
                return;
            }
            if (
                string.IsNullOrEmpty(etag)
                    ? await TryCreateAsync(IndexKey, new List<string> { productId }, cancellation)
                    : await dapr.TrySaveStateAsync(
                        Store,
                        IndexKey,
                        (List<string>)[.. ids!, productId],
                        etag,
                        FirstWrite,
                        cancellationToken: cancellation
                    )
            )
            {
                return;
            }
        }
    }

    /// <summary>False: another instance of this service was faster. Throws when the store is away.</summary>
    private async Task<bool> TryCreateAsync<T>(string key, T value, CancellationToken cancellation)
    {
        try
        {
            await dapr.SaveStateAsync(Store, key, value, FirstWrite, cancellationToken: cancellation);
            return true;
        }
        catch (Exception e) when (e is DaprException or RpcException)
        {
            var (_, etag) = await dapr.GetStateAndETagAsync<JsonElement>(
                Store,
                key,
                ConsistencyMode.Strong,
                cancellationToken: cancellation
            );
            if (!string.IsNullOrEmpty(etag))
            {
                return false;
            }
            throw;
        }
    }

    private static StateTransactionRequest Upsert<T>(string key, T value, string? etag) =>
        new(key, JsonSerializer.SerializeToUtf8Bytes(value, Json.Options), StateOperationType.Upsert, etag, null, FirstWrite);

    private static string KeyOf(string productId) => $"product-{productId}";

    private static string ReservationKeyOf(string orderId) => $"reservation-{orderId}";

    /// <summary>What a decision is made from. <paramref name="First"/>: where held goods are to be noted down, if at all.</summary>
    private sealed record StockRead(
        Stored<Reservation>? Reservation,
        IReadOnlyDictionary<string, Stored<Product>> Products,
        string? First,
        Stored<OpenReservations>? Open
    )
    {
        public bool DiffersFrom(StockRead other) =>
            Reservation?.ETag != other.Reservation?.ETag
            || Open?.ETag != other.Open?.ETag
            || Products.Any(product => product.Value.ETag != other.Products.GetValueOrDefault(product.Key)?.ETag);
    }

    /// <summary>product-2 before product-10.</summary>
    private sealed class ProductOrder : IComparer<string>
    {
        public static readonly ProductOrder Instance = new();

        public int Compare(string? x, string? y) =>
            (x?.Length ?? 0) != (y?.Length ?? 0) ? (x?.Length ?? 0).CompareTo(y?.Length ?? 0) : string.CompareOrdinal(x, y);
    }
}
