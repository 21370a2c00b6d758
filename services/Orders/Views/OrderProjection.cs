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

    /// <returns>The number of views that were out of date.</returns>
    public async Task<int> ProjectAsync(IReadOnlyCollection<string> orderIds, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            Generation generation;
            do
            {
                generation = await GenerationAsync(cancellation);
                await CatalogueAsync(generation.Current, orderIds, cancellation);
                // what a rebuild does not see in the catalogue must be in its generation
            } while (generation != await GenerationAsync(cancellation));
            var shown = await Task.WhenAll(generation.All().Select(one => ProjectAsync(one, orderIds, cancellation)));
            return shown[0];
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
            await ProjectAsync(generation, orderIds, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task<Generation> GenerationAsync(CancellationToken cancellation) =>
        await state.FindAsync<Generation>(ViewKeys.Generation, cancellation) ?? Generation.First;

    private async Task CatalogueAsync(int generation, IReadOnlyCollection<string> orderIds, CancellationToken cancellation)
    {
        var views = await state.ReadAsync([.. orderIds.Select(id => ViewKeys.View(generation, id))], cancellation);
        var news = orderIds.Where(id => views[ViewKeys.View(generation, id)].ETag is null).ToList();
        if (news.Count > 0)
        {
            await catalogue.AddAsync(news, cancellation);
        }
    }

    private async Task<int> ProjectAsync(int generation, IReadOnlyCollection<string> orderIds, CancellationToken cancellation)
    {
        for (var races = 0; races < MaxRaces; races++)
        {
            var reading = StreamsAsync(orderIds, cancellation);
            var views = await state.ReadAsync([.. orderIds.Select(id => ViewKeys.View(generation, id))], cancellation);
            var batch = new ViewBatch(generation, state);
            foreach (var (orderId, stream) in await reading)
            {
                batch.Show(orderId, stream, views[ViewKeys.View(generation, orderId)]);
            }
            if (await batch.WriteAsync(cancellation) == WriteResult.Written)
            {
                return batch.Count;
            }
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
