using System.Runtime.CompilerServices;
using Sidecar.State;

namespace Sidecar.Workflows.Storage;

/// <summary>The workflow store of one app.</summary>
internal sealed class WorkflowStore
{
    private const int PageSize = 1000;
    private readonly ITransactionalStateStore store;
    private readonly IKeyListing listing;

    public WorkflowStore(string appId, ITransactionalStateStore store)
    {
        this.store = store;
        listing =
            store as IKeyListing ?? throw new ArgumentException("Workflows need a state store that can list its keys.", nameof(store));
        Keys = new(appId);
        Reader = new(listing, store, Keys);
    }

    public WorkflowKeys Keys { get; }

    public InstanceReader Reader { get; }

    public ValueTask<StateFailure?> CommitAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation) =>
        store.TransactAsync(writes, cancellation);

    public async ValueTask<bool> HasAsync(string key, CancellationToken cancellation) => await FindAsync(key, cancellation) is not null;

    public ValueTask<StateEntry?> FindAsync(string key, CancellationToken cancellation) => store.GetAsync(key, cancellation);

    /// <summary>Ids of the instances that were unfinished at their last commit.</summary>
    public IAsyncEnumerable<string> PendingAsync(CancellationToken cancellation) => IdsAsync(Keys.PendingPrefix, cancellation);

    /// <summary>Ids of the finished instances with pending notifications of other apps.</summary>
    public IAsyncEnumerable<string> OwedAsync(CancellationToken cancellation) => IdsAsync(Keys.PendingNotificationsPrefix, cancellation);

    /// <summary>The finished instances that are to be purged, and when.</summary>
    public async IAsyncEnumerable<(string Id, DateTimeOffset Due)> RetainedAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        while (true)
        {
            var page = await listing.ListEntriesAsync(Keys.RetainedPrefix, after, PageSize, cancellation);
            foreach (var (key, entry) in page)
            {
                yield return (key[Keys.RetainedPrefix.Length..], Instances.Retention.Due(entry));
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1].Key;
        }
    }

    private async IAsyncEnumerable<string> IdsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        while (true)
        {
            var page = await listing.ListKeysAsync(prefix, after, PageSize, cancellation);
            foreach (var key in page)
            {
                yield return key[prefix.Length..];
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1];
        }
    }

    /// <summary>One page of all ids in ordinal order; the token is the last id of the previous page.</summary>
    public async ValueTask<(IReadOnlyList<string> Ids, string? Continuation)> ListAsync(
        string? continuation,
        int size,
        CancellationToken cancellation
    )
    {
        var after = continuation is null ? null : Keys.Index(continuation);
        // One more than the page size shows that there is a next page.
        var keys = await listing.ListKeysAsync(Keys.IndexPrefix, after, size + 1, cancellation);
        var ids = keys.Take(size).Select(k => k[Keys.IndexPrefix.Length..]).ToList();
        return (ids, keys.Count > size ? ids[^1] : null);
    }
}
