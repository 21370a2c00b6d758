using Sidecar.Failures;

namespace Sidecar.State;

/// <summary>Maps the requests of the state API to the writes of a store, and checks their options.</summary>
internal static class StateWrites
{
    public static StateWrite Of(
        StateStoreComponent component,
        SaveRequest item,
        Func<string, DaprException> failed,
        bool inTransaction = false
    )
    {
        var key = component.Keys.Stored(item.Key, inTransaction);
        CheckOptions(item.Concurrency, item.Consistency, failed);
        var ttl = TimeToLive(component, item, failed);
        return StateWrite.Upsert(key, item.Value, Tag(item.ETag), item.Concurrency == "first-write", ttl) with
        {
            AsInDaprd = true,
            IsJson = item.IsJson,
            AsDocument = item.Metadata?.GetValueOrDefault("contentType") == "application/json",
        };
    }

    public static StateWrite Of(
        StateStoreComponent component,
        DeleteRequest item,
        Func<string, DaprException> failed,
        bool inTransaction = false
    )
    {
        CheckOptions(item.Concurrency, item.Consistency, failed);
        return StateWrite.Delete(component.Keys.Stored(item.Key, inTransaction), Tag(item.ETag)) with { AsInDaprd = true };
    }

    private static string? Tag(string? etag) => string.IsNullOrEmpty(etag) ? null : etag;

    private static void CheckOptions(string? concurrency, string? consistency, Func<string, DaprException> failed)
    {
        if (consistency is not (null or "" or "strong" or "eventual"))
        {
            throw failed($"unrecognized consistency model '{consistency}'");
        }
        if (concurrency is not (null or "" or "first-write" or "last-write"))
        {
            throw failed($"unrecognized concurrency model '{concurrency}'");
        }
    }

    private static TimeSpan? TimeToLive(StateStoreComponent component, SaveRequest item, Func<string, DaprException> failed)
    {
        try
        {
            return item.Metadata?.GetValueOrDefault("ttlInSeconds") is { Length: > 0 } text ? component.Store.ReadTimeToLive(text) : null;
        }
        catch (FormatException e)
        {
            throw failed(e.Message);
        }
    }
}
