using System.Globalization;
using Sidecar.Failures;

namespace Sidecar.State;

/// <summary>Maps the requests of the state API to the writes of a store, and checks their options.</summary>
internal static class StateWrites
{
    public static StateWrite Of(StateStoreComponent component, SaveRequest item, Func<string, DaprException> failed)
    {
        var key = component.Keys.Stored(item.Key);
        CheckOptions(item.Concurrency, item.Consistency, failed);
        var ttl = TimeToLive(item.Metadata, failed);
        return StateWrite.Upsert(key, item.Value, Tag(item.ETag), item.Concurrency == "first-write", ttl) with
        {
            AsInDaprd = true,
            IsJson = item.IsJson,
            AsDocument = item.Metadata?.GetValueOrDefault("contentType") == "application/json",
        };
    }

    public static StateWrite Of(StateStoreComponent component, DeleteRequest item, Func<string, DaprException> failed)
    {
        CheckOptions(item.Concurrency, item.Consistency, failed);
        return StateWrite.Delete(component.Keys.Stored(item.Key), Tag(item.ETag)) with { AsInDaprd = true };
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

    private static TimeSpan? TimeToLive(IReadOnlyDictionary<string, string>? metadata, Func<string, DaprException> failed)
    {
        if (metadata?.GetValueOrDefault("ttlInSeconds") is not { Length: > 0 } text)
        {
            return null;
        }
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? seconds > 0
                ? TimeSpan.FromSeconds(seconds)
                : null
            : throw failed(
                $"error parsing TTL: incorrect value for metadata 'ttlInSeconds': strconv.ParseInt: parsing \"{text}\": invalid syntax"
            );
    }
}
