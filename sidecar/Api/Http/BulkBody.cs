using System.Text;
using System.Text.Json;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.PubSub;
using Sidecar.PubSub.Events;
using Sidecar.PubSub.Publishing;

namespace Sidecar.Api.Http;

/// <summary>Reads the JSON body of a bulk publish; reports mistakes as ERR_PUBSUB_EVENTS_SER.</summary>
internal static class BulkBody
{
    private const string Entry = "bulkPublishMessageEntry";

    public static IReadOnlyList<BulkEntry> Entries(byte[] body, PublishTarget target, string app)
    {
        using var json = Read(body, target, app);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var entries = new List<BulkEntry>();
        foreach (var (element, id, contentType, metadata) in Parse(json, target, app))
        {
            var data = Data(GoJsonBody.Property(element, "event"), contentType, target, app);
            if (id.Length == 0 || !ids.Add(id))
            {
                throw PubSubErrors.BulkEntryIdInvalid(target.Topic, target.PubSub, app);
            }
            entries.Add(new BulkEntry(id, data, contentType, metadata));
        }
        return entries;
    }

    private static JsonDocument Read(byte[] body, PublishTarget target, string app)
    {
        try
        {
            return GoJsonBody.Parse(body);
        }
        catch (FormatException e)
        {
            throw PubSubErrors.BulkUnreadable(target.Topic, target.PubSub, app, e.Message);
        }
    }

    private static List<(JsonElement Element, string Id, string ContentType, IReadOnlyDictionary<string, string> Metadata)> Parse(
        JsonDocument json,
        PublishTarget target,
        string app
    )
    {
        try
        {
            if (json.RootElement.ValueKind == JsonValueKind.Null)
            {
                return [];
            }
            return
            [
                .. GoJsonBody
                    .Expect(json.RootElement, JsonValueKind.Array, "[]http.bulkPublishMessageEntry")
                    .EnumerateArray()
                    .Select(element =>
                        (
                            GoJsonBody.Expect(element, JsonValueKind.Object, "http.bulkPublishMessageEntry"),
                            GoJsonBody.Text(element, Entry, "entryId") ?? "",
                            GoJsonBody.Text(element, Entry, "contentType") ?? "",
                            GoJsonBody.Property(element, "metadata") is { ValueKind: not JsonValueKind.Null }
                                ? GoJsonBody.Texts(element, Entry, "metadata")
                                : BrokerMessage.NoMetadata
                        )
                    ),
            ];
        }
        catch (FormatException e)
        {
            throw PubSubErrors.BulkUnreadable(target.Topic, target.PubSub, app, e.Message);
        }
    }

    /// <summary>The event in the format of its content type: text unchanged, bytes from base64, any value for JSON.</summary>
    private static byte[] Data(JsonElement? value, string contentType, PublishTarget target, string app)
    {
        const string mismatch = "error: mismatch between contentType and event";
        DaprException Failed(string detail) => PubSubErrors.BulkEntryNotWritten(target.Topic, target.PubSub, app, detail);
        var media = CloudEvents.MediaType(contentType);
        var text = value is { ValueKind: JsonValueKind.String } given ? given.GetString() : null;
        if (CloudEvents.IsBinary(media))
        {
            const string undecodable = "error: unable to decode base64 application/octect-stream data: illegal base64 data at input byte";
            return text is null
                ? throw Failed(mismatch)
                : GoBase64.TryDecode(text, out var illegal) ?? throw Failed($"{undecodable} {illegal}");
        }
        if (CloudEvents.IsText(media))
        {
            return text is null ? throw Failed(mismatch) : Encoding.UTF8.GetBytes(text);
        }
        if (CloudEvents.IsJson(media) || CloudEvents.IsCloudEvent(contentType))
        {
            try
            {
                return value is { } element ? GoJson.Encode(element, $"{Entry}.event").ToArray() : "null"u8.ToArray();
            }
            catch (FormatException e)
            {
                throw PubSubErrors.BulkUnreadable(target.Topic, target.PubSub, app, e.Message);
            }
        }
        throw Failed(mismatch);
    }
}
