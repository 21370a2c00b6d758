using Dapr;
using Dapr.Client;
using Grpc.Core;
using Orders.Streams;
using ServiceDefaults.State;

namespace Orders.Views;

/// <summary>Stored format: an order's view, the version of the stream it shows, and its number on each list.</summary>
internal sealed record ViewRecord(OrderView View, int Version, IReadOnlyDictionary<string, long> Places);

/// <summary>
/// The result of a projection: the number of views that were out of date, and the orders that can't be shown, with the reasons.
/// </summary>
internal sealed record Projected(int Shown, IReadOnlyDictionary<string, string> Unreadable);

/// <summary>
/// Projects orders to views. An event only names the changed order: the view is built from the order's stream and written unless a newer
/// one is stored. Duplicate and reordered events are therefore harmless, and a rebuild does the same for all orders. An order
/// whose records can't be read is left out, so that it stops no other one.
/// </summary>
internal sealed class OrderProjection(DaprClient dapr, ViewState state, OrderCatalogue catalogue, UnreadableRecords records)
{
    private const int MaxRaces = 20;
    private const int MaxRemembered = 10_000;

    /// <summary>Within this process one batch at a time: they would meet on the same lists. Others are met under ETags.</summary>
    private readonly SemaphoreSlim turn = new(1);

    private readonly RecordStore streams = new(dapr, "orders-store");

    /// <summary>
    /// Orders that are in the catalogue and have no view, because they can't be read: each retry would list them once more. Used within the
    /// turn.
    /// </summary>
    private readonly HashSet<string> withoutView = new(StringComparer.Ordinal);

    /// <summary>As it was read last. It changes with a rebuild only, so its views are read together with it.</summary>
    private Generation known = Generation.First;

    public async Task<Projected> ProjectAsync(IReadOnlyCollection<string> orderIds, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            return await InPartsAsync(orderIds, some => ProjectLiveAsync(some, cancellation));
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>
    /// For a rebuild: orders that are in the catalogue already. One that can't be read keeps the view that is shown of it today.
    /// </summary>
    public async Task RebuildAsync(int generation, IReadOnlyCollection<string> orderIds, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var rebuilt = await InPartsAsync(orderIds, some => ProjectAsync(generation, some, null, cancellation));
            foreach (var orderId in rebuilt.Unreadable.Keys)
            {
                await KeepAsync(generation, orderId, cancellation);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Copies the view of an order from the generation that is shown, unless this one has a view of it already.</summary>
    private async Task KeepAsync(int generation, string orderId, CancellationToken cancellation)
    {
        var shown = ViewKeys.View((await GenerationAsync(cancellation)).Current, orderId);
        var next = ViewKeys.View(generation, orderId);
        for (var races = 0; races < MaxRaces; races++)
        {
            var read = await state.ReadAsync([shown, next], cancellation);
            var kept = records.Read<ShownOrder>(shown, () => ShownOrder.Of(orderId, read[shown].As<ViewRecord>()), out _);
            if (kept is null || read[next].ETag is not null)
            {
                return;
            }
            var batch = new ViewBatch(generation, state);
            batch.Show(kept, null, null);
            try
            {
                if (await batch.WriteAsync(cancellation) == WriteResult.Written)
                {
                    return;
                }
            }
            catch (UnreadableListException e)
            {
                records.Report(e.Key, e);
                return;
            }
        }
        throw Busy();
    }

    public async Task<Generation> GenerationAsync(CancellationToken cancellation) =>
        await state.FindAsync<Generation>(ViewKeys.Generation, cancellation) ?? Generation.First;

    /// <summary>
    /// Projects the orders, and in two halves if they do not fit into one message (4 MB): a few hundred orders with a hundred lines each
    /// would otherwise fail with every retry, and the events of all other orders in the same bulk with them.
    /// </summary>
    private static async Task<Projected> InPartsAsync(
        IReadOnlyCollection<string> orderIds,
        Func<IReadOnlyCollection<string>, Task<Projected>> project
    )
    {
        try
        {
            return await project(orderIds);
        }
        catch (Exception e) when (orderIds.Count > 1 && IsTooLarge(e))
        {
            var half = orderIds.Count / 2;
            var first = await InPartsAsync([.. orderIds.Take(half)], project);
            var second = await InPartsAsync([.. orderIds.Skip(half)], project);
            return new Projected(first.Shown + second.Shown, Merge([first, second]));
        }
    }

    private static bool IsTooLarge(Exception failure) =>
        failure
            is RpcException { StatusCode: StatusCode.ResourceExhausted }
                or DaprException { InnerException: RpcException { StatusCode: StatusCode.ResourceExhausted } };

    private async Task<Projected> ProjectLiveAsync(IReadOnlyCollection<string> orderIds, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await ReadAsync(orderIds, cancellation);
            // what a rebuild does not see in the catalogue must be in its generation
            if (!await CatalogueAsync(orderIds, read, cancellation) || await GenerationAsync(cancellation) == known)
            {
                var shown = await Task.WhenAll(known.All().Select(one => ProjectAsync(one, orderIds, read, cancellation)));
                var projected = new Projected(shown[0].Shown, Merge(shown));
                Remember(orderIds, projected);
                return projected;
            }
        }
    }

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
            if (read[ViewKeys.Generation].As<Generation>() is not { } now)
            {
                // before the first rebuild: each read of many would read a missing record once more
                await state.EnsureAsync([ViewKeys.Generation], Generation.First, cancellation);
                continue;
            }
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
        var news = orderIds.Where(id => views[ViewKeys.View(known.Current, id)].ETag is null && !withoutView.Contains(id)).ToList();
        if (news.Count > 0)
        {
            await catalogue.AddAsync(news, cancellation);
        }
        return news.Count > 0;
    }

    /// <param name="read">The views as they were read before; null to read them.</param>
    private async Task<Projected> ProjectAsync(
        int generation,
        IReadOnlyCollection<string> orderIds,
        IReadOnlyDictionary<string, StoredJson>? read,
        CancellationToken cancellation
    )
    {
        for (var races = 0; races < MaxRaces; races++)
        {
            var reading = streams.FindManyAsync([.. orderIds.Select(OrderStreams.KeyOf)], cancellation);
            var views = read ?? await state.ReadAsync([.. orderIds.Select(id => ViewKeys.View(generation, id))], cancellation);
            var found = await reading;
            var batch = new ViewBatch(generation, state);
            var unreadable = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var orderId in orderIds)
            {
                var view = views[ViewKeys.View(generation, orderId)];
                if (Show(batch, generation, orderId, found[OrderStreams.KeyOf(orderId)], view) is { } reason)
                {
                    unreadable[orderId] = reason;
                }
            }
            try
            {
                if (await batch.WriteAsync(cancellation) == WriteResult.Written)
                {
                    return new Projected(batch.Count, unreadable);
                }
            }
            catch (UnreadableListException) when (orderIds.Count > 1)
            {
                return await ProjectEachAsync(generation, orderIds, cancellation);
            }
            catch (UnreadableListException e)
            {
                records.Report(e.Key, e);
                return new Projected(0, orderIds.ToDictionary(id => id, _ => e.Message, StringComparer.Ordinal));
            }
            read = null;
        }
        throw Busy();
    }

    /// <summary>One order after the other, because a list that can't be read is that of some of them only.</summary>
    private async Task<Projected> ProjectEachAsync(int generation, IReadOnlyCollection<string> orderIds, CancellationToken cancellation)
    {
        var alone = new List<Projected>();
        foreach (var orderId in orderIds)
        {
            alone.Add(await ProjectAsync(generation, [orderId], null, cancellation));
        }
        return new Projected(alone.Sum(one => one.Shown), Merge(alone));
    }

    /// <returns>Why the order can't be shown, or null.</returns>
    private string? Show(ViewBatch batch, int generation, string orderId, StoredJson stream, StoredJson view)
    {
        var known = records.Read<ViewRecord>(ViewKeys.View(generation, orderId), view.As<ViewRecord>, out var reason);
        if (reason is null)
        {
            var newer = records.Read<ShownOrder>(
                OrderStreams.KeyOf(orderId),
                () => ShownOrder.NewerThan(known, orderId, stream),
                out reason
            );
            if (newer is not null)
            {
                batch.Show(newer, view.ETag, known);
            }
        }
        return reason;
    }

    private void Remember(IReadOnlyCollection<string> orderIds, Projected projected)
    {
        if (withoutView.Count >= MaxRemembered)
        {
            withoutView.Clear(); // the catalogue may list an id twice
        }
        withoutView.ExceptWith(orderIds);
        withoutView.UnionWith(projected.Unreadable.Keys);
    }

    private static InvalidOperationException Busy() => new("others keep changing the same lists of orders");

    private static Dictionary<string, string> Merge(IEnumerable<Projected> parts) =>
        parts
            .SelectMany(part => part.Unreadable)
            .DistinctBy(one => one.Key, StringComparer.Ordinal)
            .ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
}
