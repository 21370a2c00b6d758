using System.Runtime.CompilerServices;
using System.Text.Json;
using Sidecar.State;

namespace Sidecar.Actors.Reminders;

/// <summary>The reminders in the actor state store, one record each, so that they survive a restart.</summary>
internal sealed class ReminderStore(string appId, ITransactionalStateStore store)
{
    private const int Page = 500;

    private string Prefix => $"{appId}||actor-reminder||";

    public async Task<(Reminder Reminder, string ETag)?> FindAsync(ActorId actor, string name, CancellationToken cancellation) =>
        await store.GetAsync(KeyOf(actor, name), cancellation) is { } entry ? (Read(entry), entry.ETag) : null;

    /// <summary>False: there is one of this name, and it is not to be replaced.</summary>
    public async Task<bool> TryPutAsync(Reminder reminder, bool overwrite, CancellationToken cancellation) =>
        await store.WriteAsync(
            StateWrite.Upsert(KeyOf(reminder.Actor, reminder.Name), JsonSerializer.SerializeToUtf8Bytes(reminder), firstWrite: !overwrite),
            cancellation
        ) switch
        {
            null => true,
            { Kind: StateFailureKind.KeyExists } => false,
            var failure => throw new IOException(failure.Message),
        };

    /// <summary>
    /// Advances a reminder after a tick, or deletes it. Returns false if it was changed or deleted meanwhile; the stored state wins.
    /// </summary>
    public async Task<bool> TryAdvanceAsync(Reminder before, string etag, Reminder? after, CancellationToken cancellation)
    {
        var key = KeyOf(before.Actor, before.Name);
        var write = after is null ? StateWrite.Delete(key, etag) : StateWrite.Upsert(key, JsonSerializer.SerializeToUtf8Bytes(after), etag);
        return await store.WriteAsync(write, cancellation) is null;
    }

    public async Task DeleteAsync(ActorId actor, string name, CancellationToken cancellation)
    {
        if (await store.WriteAsync(StateWrite.Delete(KeyOf(actor, name)), cancellation) is { } failure)
        {
            throw new IOException(failure.Message);
        }
    }

    /// <summary>Lists the reminders of a type, or of one actor of it.</summary>
    public IAsyncEnumerable<Reminder> OfAsync(string type, string? id, CancellationToken cancellation) =>
        AllAsync(id is null ? $"{Prefix}{type}||" : $"{Prefix}{new ActorId(type, id)}||", cancellation);

    public IAsyncEnumerable<Reminder> AllAsync(CancellationToken cancellation) => AllAsync(Prefix, cancellation);

    private async IAsyncEnumerable<Reminder> AllAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        IReadOnlyList<KeyValuePair<string, StateEntry>> page;
        do
        {
            page = await ((IKeyListing)store).ListEntriesAsync(prefix, after, Page, cancellation);
            foreach (var (key, entry) in page)
            {
                after = key;
                yield return Read(entry);
            }
        } while (page.Count == Page);
    }

    private static Reminder Read(StateEntry entry) => JsonSerializer.Deserialize<Reminder>(entry.Value.Span)!;

    private string KeyOf(ActorId actor, string name) => $"{Prefix}{actor}||{name}";
}
