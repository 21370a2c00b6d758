using System.Text.Json;
using Sidecar.Go;
using Sidecar.PubSub.Subscribing;

namespace Sidecar.Apps;

/// <summary>
/// The outcome of a delivery by the app's 2xx answer, read as Go reads it: names of members in any case, the last of several, and null for
/// an absent one. Source: Dapr docs, "Expected HTTP response for subscriptions".
/// </summary>
internal static class EventAnswer
{
    /// <summary>A body without a readable status means success. An unknown status means retry.</summary>
    public static DeliveryStatus Read(ReadOnlySpan<byte> body)
    {
        try
        {
            using var answer = GoJsonBody.Parse(body);
            return Text(answer.RootElement, "status") is { Length: > 0 } status ? Status(status) : DeliveryStatus.Success;
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            return DeliveryStatus.Success; // any body is allowed; only its status counts
        }
    }

    /// <summary>
    /// Returns one status per entry. An entry that the app does not mention, or mentions without status, is delivered again. An answer with
    /// a member of the wrong type counts for no entry; a status with an unknown entry id is ignored.
    /// </summary>
    public static IReadOnlyList<DeliveryStatus> ReadMany(ReadOnlySpan<byte> body, IReadOnlyList<DeliveredEntry> entries)
    {
        var answered = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var answer = GoJsonBody.Parse(body);
            foreach (var item in Statuses(answer.RootElement))
            {
                answered[Text(item, "entryId")] = Text(item, "status");
            }
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            answered.Clear();
        }
        return [.. entries.Select(entry => Status(answered.GetValueOrDefault(entry.EntryId, "")))];
    }

    private static IEnumerable<JsonElement> Statuses(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Null ? []
        : answer.ValueKind != JsonValueKind.Object ? throw new InvalidOperationException("the answer is no object")
        : GoJsonBody.Property(answer, "statuses") is { ValueKind: not JsonValueKind.Null } statuses ? statuses.EnumerateArray()
        : [];

    /// <summary>Empty if the member is missing or null.</summary>
    /// <exception cref="InvalidOperationException">The element is no object, or the member no text.</exception>
    private static string Text(JsonElement element, string name)
    {
        var text = "";
        foreach (var member in element.ValueKind == JsonValueKind.Null ? default : element.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                text = member.Value.GetString() ?? text;
            }
        }
        return text;
    }

    private static DeliveryStatus Status(string text) =>
        text switch
        {
            "SUCCESS" => DeliveryStatus.Success,
            "DROP" => DeliveryStatus.Drop,
            _ => DeliveryStatus.Retry,
        };
}
