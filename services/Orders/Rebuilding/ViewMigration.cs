using Orders.Views;
using ServiceDefaults.State;

namespace Orders.Rebuilding;

/// <summary>
/// Deletes a replaced generation of views. The list of its orders names the views to delete and is deleted last. What can't be read stays,
/// and is never read again: a rebuild replaces damaged lists, so it has to end beside them.
/// </summary>
internal sealed class ViewMigration(ViewState state, UnreadableRecords records)
{
    public async Task RemoveAsync(int generation, CancellationToken cancellation)
    {
        var removed = new HashSet<string>(StringComparer.Ordinal);
        if (await RootAsync(generation, ViewLists.All, cancellation) is not { } all)
        {
            return;
        }
        foreach (var bucket in ListIndex.Backwards(all, all.Next))
        {
            var key = ViewKeys.Bucket(generation, ViewLists.All, bucket);
            var entries = records.Read<ListBucket>(key, (await state.ReadAsync([key], cancellation))[key])?.Entries;
            var ids = entries?.Select(entry => entry.Id).ToList() ?? [];
            var views = await state.ReadAsync([.. ids.Select(id => ViewKeys.View(generation, id))], cancellation);
            var lists = views
                .SelectMany(view => records.Read<ViewRecord>(view.Key, view.Value)?.Places.Keys ?? [])
                .Where(list => list != ViewLists.All)
                .Distinct(StringComparer.Ordinal)
                .Where(removed.Add)
                .ToList();
            foreach (var list in lists)
            {
                await RemoveListAsync(generation, list, cancellation);
            }
            await DeleteAsync([.. views.Keys, key], cancellation);
        }
        await DeleteAsync([ViewKeys.Root(generation, ViewLists.All)], cancellation);
    }

    private async Task RemoveListAsync(int generation, string list, CancellationToken cancellation)
    {
        if (await RootAsync(generation, list, cancellation) is not { } root)
        {
            return;
        }
        foreach (var buckets in ListIndex.Backwards(root, root.Next).Chunk(100))
        {
            await DeleteAsync([.. buckets.Select(bucket => ViewKeys.Bucket(generation, list, bucket))], cancellation);
        }
        await DeleteAsync([ViewKeys.Root(generation, list)], cancellation);
    }

    private async Task<ListRoot?> RootAsync(int generation, string list, CancellationToken cancellation)
    {
        var key = ViewKeys.Root(generation, list);
        return records.Read<ListRoot>(key, (await state.ReadAsync([key], cancellation))[key]);
    }

    /// <summary>No writer changes these any more: no ETag is needed.</summary>
    private Task DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellation) =>
        state.WriteAsync([.. keys.Select(key => new RecordChange(key, null, null) { IsGuarded = false })], cancellation);
}
