using System.Text.Json;
using Sidecar.PubSub.Subscribing;

namespace Sidecar.Apps;

/// <summary>The outcome of a delivery by the app's 2xx answer. Source: Dapr docs, "Expected HTTP response for subscriptions".</summary>
internal static class EventAnswer
{
    /// <summary>No body, a body that is no JSON object, or no status means success. An unknown status means retry.</summary>
    public static DeliveryStatus Read(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return DeliveryStatus.Success;
        }
        try
        {
            var reader = new Utf8JsonReader(body);
            using var answer = JsonDocument.ParseValue(ref reader);
            if (answer.RootElement.ValueKind != JsonValueKind.Object || !answer.RootElement.TryGetProperty("status", out var status))
            {
                return DeliveryStatus.Success;
            }
            return status.ValueKind == JsonValueKind.String ? Status(status.GetString()!) : DeliveryStatus.Success;
        }
        catch (JsonException)
        {
            return DeliveryStatus.Success; // any body is allowed; only its status counts
        }
    }

    /// <summary>An entry the app does not mention, or mentions without status, is delivered again.</summary>
    public static IReadOnlyList<DeliveryStatus> ReadMany(byte[] body, IReadOnlyList<DeliveredEntry> entries)
    {
        var said = new Dictionary<string, DeliveryStatus>(StringComparer.Ordinal);
        try
        {
            using var answer = JsonDocument.Parse(body);
            if (answer.RootElement.TryGetProperty("statuses", out var statuses))
            {
                foreach (var status in statuses.EnumerateArray())
                {
                    var text = status.TryGetProperty("status", out var value) ? value.GetString() : null;
                    said[status.GetProperty("entryId").GetString() ?? ""] = string.IsNullOrEmpty(text)
                        ? DeliveryStatus.Retry
                        : Status(text);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [.. entries.Select(_ => DeliveryStatus.Retry)];
        }
        return [.. entries.Select(entry => said.GetValueOrDefault(entry.EntryId, DeliveryStatus.Retry))];
    }

    private static DeliveryStatus Status(string text) =>
        text switch
        {
            "" or "SUCCESS" => DeliveryStatus.Success,
            "DROP" => DeliveryStatus.Drop,
            _ => DeliveryStatus.Retry,
        };
}
