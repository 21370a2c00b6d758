namespace Sidecar.State;

/// <summary>
/// A write of the state API. With a <paramref name="Problem"/> it is not sent to the store and fails like one that the store has refused:
/// daprd's stores check options and time to live themselves, so policies and the other writes of a request treat both alike.
/// </summary>
internal sealed record CheckedWrite(StateWrite Write, StateFailure? Problem = null);

/// <summary>Maps the requests of the state API to the writes of a store, and checks their options.</summary>
internal static class StateWrites
{
    private const string FirstWrite = "first-write";
    private const string LastWrite = "last-write";

    /// <exception cref="Failures.DaprException">The key is illegal.</exception>
    public static CheckedWrite Of(StateStoreComponent component, SaveRequest item, bool inTransaction = false)
    {
        var key = component.Keys.Stored(item.Key, inTransaction);
        var write = StateWrite.Upsert(key, item.Value, Tag(item.ETag), item.Concurrency == FirstWrite) with
        {
            AsInDaprd = true,
            LastWrite = item.Concurrency == LastWrite,
            IsJson = item.IsJson,
            AsDocument = item.Metadata?.GetValueOrDefault("contentType") == "application/json",
        };
        if (ProblemOf(component.Store, write, item.Concurrency, item.Consistency, inTransaction) is { } problem)
        {
            return new CheckedWrite(write, problem);
        }
        try
        {
            return new CheckedWrite(
                write with
                {
                    TimeToLive = component.Store.ReadTimeToLive(item.Metadata?.GetValueOrDefault("ttlInSeconds")),
                }
            );
        }
        catch (FormatException e)
        {
            return new CheckedWrite(write, new StateFailure(StateFailureKind.Invalid, key, e.Message));
        }
    }

    /// <exception cref="Failures.DaprException">The key is illegal.</exception>
    public static CheckedWrite Of(StateStoreComponent component, DeleteRequest item, bool inTransaction = false)
    {
        var key = component.Keys.Stored(item.Key, inTransaction);
        var write = StateWrite.Delete(key, Tag(item.ETag), item.Concurrency == FirstWrite) with { AsInDaprd = true };
        return new CheckedWrite(write, ProblemOf(component.Store, write, item.Concurrency, item.Consistency, inTransaction));
    }

    private static string? Tag(string? etag) => string.IsNullOrEmpty(etag) ? null : etag;

    private static StateFailure? ProblemOf(
        IStateStore store,
        StateWrite write,
        string? concurrency,
        string? consistency,
        bool inTransaction
    )
    {
        var problem =
            !store.ChecksOptions(write.Kind, inTransaction) ? null
            : consistency is not (null or "" or "strong" or "eventual") ? $"unrecognized consistency model '{consistency}'"
            : concurrency is not (null or "" or FirstWrite or LastWrite) ? $"unrecognized concurrency model '{concurrency}'"
            : null;
        return problem is null ? null : new StateFailure(StateFailureKind.Invalid, write.Key, problem);
    }
}
