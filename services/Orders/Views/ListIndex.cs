namespace Orders.Views;

/// <summary>Stored format: numbers of buckets that follow each other, both ends included.</summary>
internal sealed record Run(long From, long To);

/// <summary>
/// Stored format: the head of a list. <paramref name="Next"/> is the number of the next entry; <paramref name="Runs"/> are the buckets that
/// hold any.
/// </summary>
internal sealed record ListRoot(long Next, IReadOnlyList<Run> Runs)
{
    public static readonly ListRoot Empty = new(0, []);
}

/// <summary>Stored format.</summary>
internal sealed record ListEntry(long N, string Id);

/// <summary>Stored format: the entries that share a bucket.</summary>
internal sealed record ListBucket(IReadOnlyList<ListEntry> Entries)
{
    public static readonly ListBucket Empty = new([]);
}

/// <summary>
/// A long list on a key-value store without queries: entries are numbered in the order they come, a bucket holds <see cref="PerBucket"/>
/// numbers, and the head knows in runs which buckets hold anything. So adding, removing by number and reading a page each touch the head
/// and one or two buckets, however long the list is and however much was removed from it.
/// </summary>
internal static class ListIndex
{
    public const int PerBucket = 128;

    public static long BucketOf(long n) => n / PerBucket;

    /// <summary>The head after the next entry was added.</summary>
    public static ListRoot Added(ListRoot root)
    {
        var bucket = BucketOf(root.Next);
        return root with { Next = root.Next + 1, Runs = Holding(root.Runs, bucket) };
    }

    public static ListBucket With(ListBucket bucket, ListEntry entry) => new([.. bucket.Entries.Where(known => known.N != entry.N), entry]);

    public static ListBucket Without(ListBucket bucket, long n) => new([.. bucket.Entries.Where(known => known.N != n)]);

    /// <summary>The head after <paramref name="bucket"/> has lost its last entry.</summary>
    public static ListRoot Emptied(ListRoot root, long bucket) =>
        root with
        {
            Runs = [.. root.Runs.SelectMany(run => run.From <= bucket && bucket <= run.To ? Split(run, bucket) : [run])],
        };

    /// <summary>The buckets that can hold entries numbered below <paramref name="before"/>, the newest first.</summary>
    public static IEnumerable<long> Backwards(ListRoot root, long before)
    {
        if (before <= 0)
        {
            yield break;
        }
        var newest = BucketOf(before - 1);
        for (var i = root.Runs.Count - 1; i >= 0; i--)
        {
            for (var bucket = Math.Min(root.Runs[i].To, newest); bucket >= root.Runs[i].From; bucket--)
            {
                yield return bucket;
            }
        }
    }

    /// <summary>
    /// The buckets that can hold entries numbered from <paramref name="start"/> up to, not including, <paramref name="until"/>, the oldest
    /// first.
    /// </summary>
    public static IEnumerable<long> Forwards(ListRoot root, long start, long until)
    {
        if (until <= start)
        {
            yield break;
        }
        var (oldest, newest) = (BucketOf(start), BucketOf(until - 1));
        foreach (var run in root.Runs)
        {
            for (var bucket = Math.Max(run.From, oldest); bucket <= Math.Min(run.To, newest); bucket++)
            {
                yield return bucket;
            }
        }
    }

    private static IReadOnlyList<Run> Holding(IReadOnlyList<Run> runs, long bucket) =>
        runs switch
        {
            [.., var last] when last.To == bucket => runs,
            [.., var last] when last.To == bucket - 1 => [.. runs.SkipLast(1), last with { To = bucket }],
            _ => [.. runs, new Run(bucket, bucket)],
        };

    private static IEnumerable<Run> Split(Run run, long bucket)
    {
        if (run.From < bucket)
        {
            yield return run with
            {
                To = bucket - 1,
            };
        }
        if (bucket < run.To)
        {
            yield return run with
            {
                From = bucket + 1,
            };
        }
    }
}
