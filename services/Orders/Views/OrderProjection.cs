using Dapr.Client;
using Orders.Streams;
using ServiceDefaults.State;

namespace Orders.Views;

/// <summary>Stored format: an order's view, the version of the stream it shows, and its number on each list.</summary>
internal sealed record ViewRecord(OrderView View, int Version, IReadOnlyDictionary<string, long> Places);

/// <summary>
/// Projects orders to views. An event only names the changed order: the view is built from the order's stream and written unless a newer
/// one is stored. Duplicate and reordered events are therefore harmless, and a rebuild does the same for all orders.
/// </summary>
internal sealed class OrderProjection(DaprClient dapr, ViewState state, OrderCatalogue catalogue)
{
    private const int MaxRaces = 20;

    /// <summary>Within this process one batch at a time: they would meet on the same lists. Others are met under ETags.</summary>
    private readonly SemaphoreSlim turn = new(1);

    private readonly RecordStore streams = new(dapr, "orders-store");

    /// <summary>As it was read last. It changes with a rebuild only, so its views are read together with it.</summary>
    private Generation known = Generation.First;

    /// <returns>The number of views that were out of date.</returns>
    public async Task<int> ProjectAsync(IReadOnlyCollection<string> orderIds, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            while (true)
            {
                var read = await ReadAsync(orderIds, cancellation);
                // what a rebuild does not see in the catalogue must be in its generation
                if (!await CatalogueAsync(orderIds, read, cancellation) || await GenerationAsync(cancellation) == known)
                {
                    var shown = await Task.WhenAll(known.All().Select(one => ProjectAsync(one, orderIds, read, cancellation)));
                    return shown[0];
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>For a rebuild: orders that are in the catalogue already.</summary>
    public async Task RebuildAsync(int generation, IReadOnlyCollection<string> orderIds, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            await ProjectAsync(generation, orderIds, null, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task<Generation> GenerationAsync(CancellationToken cancellation) =>
        await state.FindAsync<Generation>(ViewKeys.Generation, cancellation) ?? Generation.First;

    /// <summary>Reads the views of all generations that are written, and which those are, in one call unless that has changed.</summary>
    private async Task<IReadOnlyDictionary<string, StoredJson>> ReadAsync(
        IReadOnlyCollection<string> orderIds,
        CancellationToken cancellation
    )
    {
        while (true)
        {
            var views = known.All().SelectMany(one => orderIds.Select(id => ViewKeys.View(one, id)));
            var read = await state.ReadAsync([ViewKeys.Generation, .. views], cancellation);
            var now = read[ViewKeys.Generation].As<Generation>() ?? Generation.First;
            if (now == known)
            {
                return read;
            }
            known = now;
        }
    }

    /// <returns>True if there were orders that the catalogue may not have had.</returns>
    private async Task<bool> CatalogueAsync(
        IReadOnlyCollection<string> orderIds,
        IReadOnlyDictionary<string, StoredJson> views,
        CancellationToken cancellation
    )
    {
        var news = orderIds.Where(id => views[ViewKeys.View(known.Current, id)].ETag is null).ToList();
        if (news.Count > 0)
        {
            await catalogue.AddAsync(news, cancellation);
        }
        return news.Count > 0;
    }

    /// <param name="read">The views as they were read before; null to read them.</param>
    private async Task<int> ProjectAsync(
        int generation,
        IReadOnlyCollection<string> orderIds,
        IReadOnlyDictionary<string, StoredJson>? read,
        CancellationToken cancellation
    )
    {
        for (var races = 0; races < MaxRaces; races++)
        {
            var reading = StreamsAsync(orderIds, cancellation);
            var views = read ?? await state.ReadAsync([.. orderIds.Select(id => ViewKeys.View(generation, id))], cancellation);
            var batch = new ViewBatch(generation, state);
            foreach (var (orderId, stream) in await reading)
            {
                batch.Show(orderId, stream, views[ViewKeys.View(generation, orderId)]);
            }
            if (await batch.WriteAsync(cancellation) == WriteResult.Written)
            {
                return batch.Count;
            }
            read = null;
        }
        throw new InvalidOperationException("others keep changing the same lists of orders");
    }

    private async Task<IReadOnlyDictionary<string, OrderStream>> StreamsAsync(
        IReadOnlyCollection<string> orderIds,
        CancellationToken cancellation
    )
    {
        var found = await streams.FindManyAsync([.. orderIds.Select(OrderStreams.KeyOf)], cancellation);
        return orderIds
            .Select(id => (Id: id, Stream: found[OrderStreams.KeyOf(id)].As<OrderStream>()))
            .Where(one => one.Stream is { IsWritten: true })
            .ToDictionary(one => one.Id, one => one.Stream!, StringComparer.Ordinal);
    }
}
