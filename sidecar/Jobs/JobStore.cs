using System.Runtime.CompilerServices;
using Sidecar.State;

namespace Sidecar.Jobs;

/// <summary>The stored jobs of one app, one record each.</summary>
internal sealed class JobStore(string appId, ITransactionalStateStore store)
{
    private const int Page = 500;

    private string Prefix => $"{appId}||job||";

    public async Task<(ScheduledJob Job, string ETag)?> FindAsync(string name, CancellationToken cancellation) =>
        await store.GetAsync(Prefix + name, cancellation) is { } entry ? (ScheduledJob.Read(entry.Value.Span), entry.ETag) : null;

    /// <summary>False: there is one of this name, and it is not to be replaced.</summary>
    public async Task<bool> TryAddAsync(ScheduledJob job, bool overwrite, CancellationToken cancellation) =>
        await store.WriteAsync(StateWrite.Upsert(Prefix + job.Name, job.Store(), firstWrite: !overwrite), cancellation) switch
        {
            null => true,
            { Kind: StateFailureKind.KeyExists } => false,
            var failure => throw new IOException(failure.Message),
        };

    /// <summary>Advances a job, or deletes it. Returns false if it was changed or deleted meanwhile; the stored state wins.</summary>
    public async Task<bool> TryAdvanceAsync(string name, string etag, ScheduledJob? after, CancellationToken cancellation) =>
        await store.WriteAsync(
            after is null ? StateWrite.Delete(Prefix + name, etag) : StateWrite.Upsert(Prefix + name, after.Store(), etag),
            cancellation
        )
            is null;

    public async Task DeleteAsync(string name, CancellationToken cancellation)
    {
        if (await store.WriteAsync(StateWrite.Delete(Prefix + name), cancellation) is { } failure)
        {
            throw new IOException(failure.Message);
        }
    }

    public async IAsyncEnumerable<ScheduledJob> AllAsync(string namePrefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        IReadOnlyList<KeyValuePair<string, StateEntry>> page;
        do
        {
            page = await ((IKeyListing)store).ListEntriesAsync(Prefix + namePrefix, after, Page, cancellation);
            foreach (var (key, entry) in page)
            {
                after = key;
                yield return ScheduledJob.Read(entry.Value.Span);
            }
        } while (page.Count == Page);
    }
}
