using System.Text.Json;
using ServiceDefaults.State;

namespace Orders.Views;

/// <summary>The record of a list can't be read, so the orders on it can't be moved.</summary>
internal sealed class UnreadableListException(string key, Exception cause)
    : Exception($"The record '{key}' can't be read: {cause.Message}", cause)
{
    public string Key { get; } = key;
}

/// <summary>
/// Additions to and removals from several lists, turned into changes of records. Every change of a list is guarded by an ETag: an addition
/// by the head's, a removal by the bucket's.
/// </summary>
internal sealed class ListBatch(ViewState state, Func<string, string> rootKey, Func<string, long, string> bucketKey)
{
    private readonly List<(string List, string Id)> added = [];
    private readonly List<(string List, long N)> removed = [];
    private readonly Dictionary<(string List, string Id), long> numbers = [];

    public void Add(string list, string id) => added.Add((list, id));

    public void Remove(string list, long n) => removed.Add((list, n));

    /// <summary>Known once <see cref="ChangesAsync"/> has run.</summary>
    public long NumberOf(string list, string id) => numbers[(list, id)];

    /// <exception cref="UnreadableListException">One of the lists can't be read.</exception>
    public async Task<List<RecordChange>> ChangesAsync(CancellationToken cancellation)
    {
        var names = added.Select(one => one.List).Concat(removed.Select(one => one.List)).Distinct(StringComparer.Ordinal).ToList();
        var heads = await ReadRootsAsync(names, cancellation);
        var roots = heads.ToDictionary(head => head.Key, head => Parse<ListRoot>(rootKey(head.Key), head.Value)!, StringComparer.Ordinal);
        var entries = added
            .Select(one =>
            {
                var n = numbers[one] = roots[one.List].Next;
                roots[one.List] = ListIndex.Added(roots[one.List]);
                return (one.List, Bucket: ListIndex.BucketOf(n), Entry: new ListEntry(n, one.Id));
            })
            .ToList();
        var touched = entries
            .Select(one => (one.List, one.Bucket))
            .Concat(removed.Select(one => (one.List, Bucket: ListIndex.BucketOf(one.N))))
            .Distinct()
            .ToList();
        var kept = await state.ReadAsync([.. touched.Select(one => bucketKey(one.List, one.Bucket))], cancellation);
        var buckets = touched.ToDictionary(one => one, one => BucketOf(bucketKey(one.List, one.Bucket)));
        foreach (var (list, bucket, entry) in entries)
        {
            buckets[(list, bucket)] = ListIndex.With(buckets[(list, bucket)], entry);
        }
        foreach (var (list, n) in removed)
        {
            buckets[(list, ListIndex.BucketOf(n))] = ListIndex.Without(buckets[(list, ListIndex.BucketOf(n))], n);
        }
        var changes = new List<RecordChange>();
        var changed = added.Select(one => one.List).ToHashSet(StringComparer.Ordinal);
        foreach (var ((list, bucket), content) in buckets)
        {
            var key = bucketKey(list, bucket);
            var empty = content.Entries.Count == 0;
            if (empty)
            {
                roots[list] = ListIndex.Emptied(roots[list], bucket);
                changed.Add(list);
            }
            if (!empty || kept[key].ETag is not null)
            {
                changes.Add(new RecordChange(key, empty ? null : content, kept[key].ETag));
            }
        }
        changes.AddRange(changed.Select(list => new RecordChange(rootKey(list), roots[list], heads[list].ETag)));
        return changes;

        ListBucket BucketOf(string key) => Parse<ListBucket>(key, kept[key]) ?? ListBucket.Empty;
    }

    private static T? Parse<T>(string key, StoredJson record)
        where T : class
    {
        try
        {
            return record.As<T>();
        }
        catch (JsonException e)
        {
            throw new UnreadableListException(key, e);
        }
    }

    private async Task<Dictionary<string, StoredJson>> ReadRootsAsync(List<string> names, CancellationToken cancellation)
    {
        var read = await state.ReadOrCreateAsync([.. names.Select(rootKey)], ListRoot.Empty, cancellation);
        return names.ToDictionary(list => list, list => read[rootKey(list)], StringComparer.Ordinal);
    }
}
