using System.Globalization;
using Sidecar.Failures;
using Sidecar.Go;

namespace Sidecar.PubSub.Publishing;

/// <summary>The options in the metadata of a publish request.</summary>
internal static class PublishMetadata
{
    public static bool IsRaw(string pubsub, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue("rawPayload", out var text) || text.Length == 0)
        {
            return false;
        }
        return BooleanText.TryParse(text, out var raw)
            ? raw
            : throw PubSubErrors.MetadataUnreadable(pubsub, metadata, $"rawPayload value must be a valid boolean: actual is '{text}'");
    }

    /// <summary>
    /// <c>ttl</c> or <c>ttlInSeconds</c>, a duration or seconds; an event with 0 has expired. An unreadable value is ignored, as in daprd.
    /// </summary>
    public static TimeSpan? TimeToLive(IReadOnlyDictionary<string, string> metadata)
    {
        var text = Find(metadata, "ttl") ?? Find(metadata, "ttlInSeconds");
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, (long)TimeSpan.MaxValue.TotalSeconds - 1))
                : text.TrimStart('+', '-') == "0" ? TimeSpan.Zero
                : null;
        }
        return GoDuration.TryParse(text, out var duration)
            ? duration < TimeSpan.Zero
                ? TimeSpan.Zero
                : duration
            : null;
    }

    /// <summary>The metadata of a bulk entry win; an entry that gives none does not inherit the request's.</summary>
    public static IReadOnlyDictionary<string, string> OfEntry(
        IReadOnlyDictionary<string, string> request,
        IReadOnlyDictionary<string, string> entry
    )
    {
        if (request.Count == 0 || !BrokerMessage.IsGiven(entry))
        {
            return entry;
        }
        var merged = new Dictionary<string, string>(request, StringComparer.Ordinal);
        foreach (var (name, value) in entry)
        {
            merged[name] = value;
        }
        return merged;
    }

    private static string? Find(IReadOnlyDictionary<string, string> metadata, string name) =>
        metadata.Count == 0 ? null : metadata.FirstOrDefault(item => item.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
