using ServiceDefaults.Refusals;
using ServiceDefaults.State;

namespace Orders.Views;

/// <summary>A request for a page of a list.</summary>
internal sealed record PageRequest(string List, string? Cursor, int? Limit)
{
    public const int MaxLimit = 100;
    public const int Usual = 20;

    public Outcome<(long Before, int Limit)> Check() =>
        (Cursor, Limit) switch
        {
            (_, < 1 or > MaxLimit) => Refusal.Invalid("limit-invalid", $"limit must be from 1 to {MaxLimit}, not {Limit}."),
            ({ } cursor, _) when PageCursor.Read(List, cursor) is null => Refusal.Invalid(
                "cursor-invalid",
                "cursor is none that this list has given; start without one."
            ),
            _ => (Cursor is null ? long.MaxValue : PageCursor.Read(List, Cursor)!.Value, Limit ?? Usual),
        };
}

internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>
/// Reads pages of the read model, newest first. The cost of a page does not depend on the length of the list. What can't be read of it is
/// left out.
/// </summary>
internal sealed class OrderPages(ViewState state, OrderProjection projection, UnreadableRecords records)
{
    private const int BucketsAtOnce = 2;

    public async Task<Outcome<Page<OrderView>>> ReadAsync(PageRequest request, CancellationToken cancellation)
    {
        var check = request.Check();
        if (check.Refusal is { } refusal)
        {
            return refusal;
        }
        var (before, limit) = check.Value;
        var generation = (await projection.GenerationAsync(cancellation)).Current;
        var entries = await EntriesAsync(
            key => ViewKeys.Root(generation, key),
            (key, bucket) => ViewKeys.Bucket(generation, key, bucket),
            request.List,
            before,
            limit + 1,
            cancellation
        );
        var page = entries.Take(limit).ToList();
        var views = await ViewsAsync(generation, request.List, page, cancellation);
        return new Page<OrderView>(views, entries.Count > limit ? PageCursor.Of(request.List, page[^1].N) : null);
    }

    /// <summary>Up to <paramref name="most"/> entries numbered below <paramref name="before"/>, the newest first.</summary>
    public async Task<IReadOnlyList<ListEntry>> EntriesAsync(
        Func<string, string> rootKey,
        Func<string, long, string> bucketKey,
        string list,
        long before,
        int most,
        CancellationToken cancellation
    )
    {
        if (await state.FindAsync<ListRoot>(rootKey(list), cancellation) is not { } root)
        {
            return [];
        }
        return await EntriesAsync(
            ListIndex.Backwards(root, Math.Min(before, root.Next)).Select(bucket => bucketKey(list, bucket)),
            bucket => bucket.Entries.Where(entry => entry.N < before).OrderByDescending(entry => entry.N),
            most,
            cancellation
        );
    }

    /// <summary>
    /// Up to <paramref name="most"/> entries numbered from <paramref name="start"/> up to, not including, <paramref name="until"/>, the
    /// oldest first, and the end of the list: its next number, or <paramref name="until"/> if that is smaller.
    /// </summary>
    public async Task<(IReadOnlyList<ListEntry> Entries, long Until)> OldestEntriesAsync(
        Func<string, string> rootKey,
        Func<string, long, string> bucketKey,
        string list,
        long start,
        long until,
        int most,
        CancellationToken cancellation
    )
    {
        if (await state.FindAsync<ListRoot>(rootKey(list), cancellation) is not { } root)
        {
            return ([], 0);
        }
        var end = Math.Min(until, root.Next);
        var entries = await EntriesAsync(
            ListIndex.Forwards(root, start, end).Select(bucket => bucketKey(list, bucket)),
            bucket => bucket.Entries.Where(entry => start <= entry.N && entry.N < end).OrderBy(entry => entry.N),
            most,
            cancellation
        );
        return (entries, end);
    }

    /// <summary>Reads buckets, in the given order, until they have <paramref name="most"/> entries.</summary>
    private async Task<IReadOnlyList<ListEntry>> EntriesAsync(
        IEnumerable<string> bucketKeys,
        Func<ListBucket, IEnumerable<ListEntry>> entriesOf,
        int most,
        CancellationToken cancellation
    )
    {
        var found = new List<ListEntry>();
        foreach (var keys in bucketKeys.Chunk(BucketsAtOnce))
        {
            var read = await state.ReadAsync(keys, cancellation);
            found.AddRange(keys.SelectMany(key => entriesOf(BucketOf(key, read))));
            if (found.Count >= most)
            {
                break;
            }
        }
        return found.Count > most ? found[..most] : found;
    }

    private async Task<List<OrderView>> ViewsAsync(int generation, string list, List<ListEntry> entries, CancellationToken cancellation)
    {
        var read = await state.ReadAsync([.. entries.Select(entry => ViewKeys.View(generation, entry.Id))], cancellation);
        // Between the list and the view an order may have moved to another list.
        var views = entries
            .Select(entry => ViewKeys.View(generation, entry.Id))
            .Select(key => records.Read<OrderView>(key, () => Listed(read[key].As<ViewRecord>(), list), out _))
            .OfType<OrderView>()
            .ToList();
        var names = await state.ReadAsync(
            [.. views.Select(view => ViewKeys.CustomerName(view.CustomerId)).Distinct(StringComparer.Ordinal)],
            cancellation
        );
        return [.. views.Select(view => view with { CustomerName = NameOf(ViewKeys.CustomerName(view.CustomerId)) ?? view.CustomerName })];

        string? NameOf(string key) => records.Read<KnownCustomer>(key, names[key])?.Name;
    }

    private ListBucket BucketOf(string key, IReadOnlyDictionary<string, StoredJson> read) =>
        records.Read<ListBucket>(key, read[key]) ?? ListBucket.Empty;

    private static OrderView? Listed(ViewRecord? record, string list) =>
        record?.Places.ContainsKey(list) == true ? record.View.Upcast() : null;
}
