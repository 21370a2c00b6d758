using Orders.Streams;
using ServiceDefaults.State;

namespace Orders.Views;

/// <summary>An order as it is to be shown, and the lists that it is to be on.</summary>
internal sealed record ShownOrder(string OrderId, OrderView View, int Version, IReadOnlySet<string> Lists)
{
    /// <summary>Null if the stored view is up to date, and if the order is not written yet.</summary>
    public static ShownOrder? NewerThan(ViewRecord? known, string orderId, StoredJson record)
    {
        if (record.As<OrderStream>() is not { IsWritten: true } stream || known?.Version >= stream.Version)
        {
            return null;
        }
        var view = OrderView.Of(orderId, stream, stream.Fold()!);
        return new ShownOrder(orderId, view, stream.Version, ViewLists.Of(view));
    }

    /// <summary>The order as a stored view shows it; null if there is none.</summary>
    public static ShownOrder? Of(string orderId, ViewRecord? stored) =>
        stored is null ? null : new ShownOrder(orderId, stored.View, stored.Version, ViewLists.Of(stored.View));
}

/// <summary>Changes of some views and of the lists they are on, gathered and then written in one transaction.</summary>
internal sealed class ViewBatch(int generation, ViewState state)
{
    private readonly List<(ShownOrder Order, string? ETag, ViewRecord? Known)> shown = [];

    public int Count => shown.Count;

    /// <param name="etag">That of the stored view; null if there is none.</param>
    public void Show(ShownOrder order, string? etag, ViewRecord? known) => shown.Add((order, etag, known));

    /// <exception cref="UnreadableListException">A list of one of the orders can't be read.</exception>
    public async Task<WriteResult> WriteAsync(CancellationToken cancellation)
    {
        if (shown.Count == 0)
        {
            return WriteResult.Written;
        }
        var lists = new ListBatch(
            state,
            list => ViewKeys.Root(generation, list),
            (list, bucket) => ViewKeys.Bucket(generation, list, bucket)
        );
        foreach (var (order, _, known) in shown)
        {
            var places = known?.Places ?? new Dictionary<string, long>();
            foreach (var (list, n) in places.Where(place => !order.Lists.Contains(place.Key)))
            {
                lists.Remove(list, n);
            }
            foreach (var list in order.Lists.Where(list => !places.ContainsKey(list)).Order(StringComparer.Ordinal))
            {
                lists.Add(list, order.OrderId);
            }
        }
        var changes = await lists.ChangesAsync(cancellation);
        changes.AddRange(
            shown.Select(one => new RecordChange(
                ViewKeys.View(generation, one.Order.OrderId),
                Record(one.Order, one.Known, lists),
                one.ETag
            ))
        );
        return await state.WriteAsync(changes, cancellation);
    }

    private static ViewRecord Record(ShownOrder order, ViewRecord? known, ListBatch lists) =>
        new(
            order.View,
            order.Version,
            order.Lists.ToDictionary(
                list => list,
                list => known?.Places.TryGetValue(list, out var n) == true ? n : lists.NumberOf(list, order.OrderId),
                StringComparer.Ordinal
            )
        );
}
