using Orders.Streams;
using ServiceDefaults.State;

namespace Orders.Views;

/// <summary>Changes of some views and of the lists they are on, gathered and then written in one transaction.</summary>
internal sealed class ViewBatch(int generation, ViewState state)
{
    private readonly List<(string OrderId, OrderView View, int Version, StoredJson Before, ViewRecord? Known)> shown = [];

    public int Count => shown.Count;

    public void Show(string orderId, OrderStream stream, StoredJson before)
    {
        var known = before.As<ViewRecord>();
        if (known is null || known.Version < stream.Version)
        {
            shown.Add((orderId, OrderView.Of(orderId, stream, stream.Fold()!), stream.Version, before, known));
        }
    }

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
        foreach (var (orderId, view, _, _, known) in shown)
        {
            var wanted = ViewLists.Of(view);
            var places = known?.Places ?? new Dictionary<string, long>();
            foreach (var (list, n) in places.Where(place => !wanted.Contains(place.Key)))
            {
                lists.Remove(list, n);
            }
            foreach (var list in wanted.Where(list => !places.ContainsKey(list)).Order(StringComparer.Ordinal))
            {
                lists.Add(list, orderId);
            }
        }
        var changes = await lists.ChangesAsync(cancellation);
        changes.AddRange(
            shown.Select(one => new RecordChange(
                ViewKeys.View(generation, one.OrderId),
                Record(one.OrderId, one.View, one.Version, one.Known, lists),
                one.Before.ETag
            ))
        );
        return await state.WriteAsync(changes, cancellation);
    }

    private static ViewRecord Record(string orderId, OrderView view, int version, ViewRecord? known, ListBatch lists)
    {
        var wanted = ViewLists.Of(view);
        return new ViewRecord(
            view,
            version,
            wanted.ToDictionary(
                list => list,
                list => known?.Places.TryGetValue(list, out var n) == true ? n : lists.NumberOf(list, orderId),
                StringComparer.Ordinal
            )
        );
    }
}
