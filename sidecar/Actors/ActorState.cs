using System.Data.Common;
using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Resiliency;
using Sidecar.Sqlite;
using Sidecar.State;

namespace Sidecar.Actors;

/// <summary>
/// The state of an app's actors in the store flagged <c>actorStateStore</c>, under the store's outbound policy. <paramref name="stateTtl"/>
/// is the feature <c>ActorStateTTL</c> of the Configuration.
/// </summary>
internal sealed class ActorState(string appId, ComponentSet components, PolicyBook policies, bool stateTtl)
{
    /// <summary>Null if there is no value; also for an actor that was never active.</summary>
    public Task<StateEntry?> GetAsync(ActorId actor, string key, CancellationToken cancellation)
    {
        var (name, store) = Store();
        return GuardedAsync(name, limit => store.GetAsync(KeyOf(actor, key), limit), ActorErrors.StateGet, cancellation);
    }

    /// <summary>Applies all writes or none.</summary>
    public async Task WriteAsync(ActorId actor, IReadOnlyList<ActorStateWrite> writes, CancellationToken cancellation)
    {
        if (writes.Count == 0)
        {
            return;
        }
        if (writes.Any(write => write.Key.Length == 0))
        {
            throw ActorErrors.StateSave("missing key");
        }
        var (name, store) = Store();
        List<StateWrite> all =
        [
            .. writes.Select(write =>
                write.Value is { } value
                    ? StateWrite.Upsert(KeyOf(actor, write.Key), value, write.ETag, ttl: TimeToLive(store, write.Metadata))
                    : StateWrite.Delete(KeyOf(actor, write.Key), write.ETag)
            ),
        ];
        await GuardedAsync(
            name,
            async limit =>
                await store.TransactAsync(all, limit) is { } failure
                    ? throw ActorErrors.StateSave(failure.Message) // thrown under the policy, which counts and retries it as daprd does
                    : true,
            ActorErrors.StateSave,
            cancellation
        );
    }

    /// <exception cref="DaprException">No store is flagged for actors.</exception>
    public void Demand() => Store();

    /// <summary>A failure of a SQL database keeps its type: the API reports it as an unavailable or damaged store.</summary>
    private async Task<T> GuardedAsync<T>(
        string store,
        Func<CancellationToken, ValueTask<T>> work,
        Func<string, DaprException> failed,
        CancellationToken cancellation
    )
    {
        try
        {
            return await policies.Outbound(store, ComponentKind.Statestore).RunAsync(work, cancellation);
        }
        catch (Exception e) when (e is not (DaprException or OperationCanceledException or DbException or SqliteFileException))
        {
            throw failed(e.Message);
        }
    }

    private (string Name, ITransactionalStateStore Store) Store() =>
        components.ActorStateStore is { Store: ITransactionalStateStore store } component
            ? (component.Name, store)
            : throw ActorErrors.NoStateStore();

    private string KeyOf(ActorId actor, string key) => $"{appId}||{actor}||{key}";

    private TimeSpan? TimeToLive(IStateStore store, IReadOnlyDictionary<string, string> metadata)
    {
        var given = metadata.TryGetValue("ttlInSeconds", out var text);
        if (given && !stateTtl)
        {
            throw ActorErrors.StateSave("ttlInSeconds is not supported without the \"ActorStateTTL\" feature enabled");
        }
        try
        {
            return store.ReadTimeToLive(text);
        }
        catch (FormatException e)
        {
            throw ActorErrors.StateSave(e.Message);
        }
    }
}
