using Dapr.Client;

namespace Orders.Streams;

/// <summary>
/// The older events of long streams, in records of <see cref="Chunk"/> events each. A record holds events that are decided and never
/// change, so that writing it again writes the same: no guard is needed, and it is written before the stream lets go of them.
/// </summary>
internal sealed class OrderArchive(DaprClient dapr)
{
    public const int Chunk = 32;
    private const string Store = "orders-store";
    private const string Infix = "-events-";

    public Task KeepAsync(string orderId, OrderStream full, CancellationToken cancellation) =>
        dapr.SaveStateAsync(Store, KeyOf(orderId, (full.Version / Chunk) - 1), full.Events, cancellationToken: cancellation);

    /// <summary>All events of the stream, the first one first.</summary>
    public async Task<IReadOnlyList<StoredEvent>> AllAsync(string orderId, OrderStream stream, CancellationToken cancellation)
    {
        var all = new List<StoredEvent>();
        for (var chunk = 0; chunk < (stream.Snapshot?.Version ?? 0) / Chunk; chunk++)
        {
            all.AddRange(
                await dapr.GetStateAsync<IReadOnlyList<StoredEvent>>(Store, KeyOf(orderId, chunk), cancellationToken: cancellation)
                    ?? throw new InvalidOperationException($"events of order '{orderId}' are missing from the archive (chunk {chunk})")
            );
        }
        return [.. all, .. stream.Events];
    }

    /// <summary>True if the key of a stream with this id would be that of archived events.</summary>
    public static bool HasKeyOf(string orderId) => orderId.Contains(Infix, StringComparison.Ordinal);

    private static string KeyOf(string orderId, int chunk) => $"order-{orderId}{Infix}{chunk}";
}
