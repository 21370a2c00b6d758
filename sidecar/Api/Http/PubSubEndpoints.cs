using System.Text.Json;
using Sidecar.PubSub.Events;
using Sidecar.PubSub.Publishing;

namespace Sidecar.Api.Http;

/// <summary>Publishing over HTTP. Source: Dapr docs, "Pub/sub API reference".</summary>
internal static class PubSubEndpoints
{
    public static void MapPubSub(this IEndpointRouteBuilder routes)
    {
        string[] write = ["POST", "PUT"];
        routes.MapMethods("/v1.0/publish/{pubsub}/{**topic}", write, PublishAsync);
        routes.MapMethods("/v1.0/publish/bulk/{pubsub}/{**topic}", write, PublishManyAsync);
        routes.MapMethods("/v1.0-alpha1/publish/bulk/{pubsub}/{**topic}", write, PublishManyAsync);
    }

    private static async Task PublishAsync(HttpContext context)
    {
        var (pubsub, topic) = (context.Route("pubsub"), context.Route("topic"));
        var api = context.Sidecar().PubSub;
        api.Demand(pubsub, topic);
        await api.PublishAsync(pubsub, topic, await context.Request.BodyAsync(), context.Request.ContentType, context.Request.Metadata(), TraceParent.Of(context), context.Request.Headers["tracestate"].ToString(), context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static async Task PublishManyAsync(HttpContext context)
    {
        var (pubsub, topic) = (context.Route("pubsub"), context.Route("topic"));
        var api = context.Sidecar().PubSub;
        api.Demand(pubsub, topic);
        var entries = Entries(await context.Request.BodyAsync(), pubsub, topic);
        var failed = await api.PublishManyAsync(pubsub, topic, entries, context.Request.Metadata(), TraceParent.Of(context), context.Request.Headers["tracestate"].ToString(), context.RequestAborted);
        if (failed.Count == 0)
        {
            context.Response.StatusCode = 204;
            return;
        }
        context.Response.StatusCode = 500;
        await context.Response.WriteAsJsonAsync(new { failedEntries = failed.Select(entry => new { entryId = entry.EntryId, error = entry.Error }), errorCode = "ERR_PUBSUB_PUBLISH_MESSAGE" });
    }

    private static List<BulkEntry> Entries(byte[] body, string pubsub, string topic)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var entries = json.RootElement.EnumerateArray().Select(Entry).ToList();
            if (entries.DistinctBy(entry => entry.EntryId).Count() < entries.Count)
            {
                throw DaprErrors.BulkEvents(topic, pubsub, "entryId is duplicated or not present for entry");
            }
            return entries;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw DaprErrors.BulkEvents(topic, pubsub, e.Message);
        }
    }

    private static BulkEntry Entry(JsonElement element)
    {
        var id = element.GetProperty("entryId").GetString();
        if (string.IsNullOrEmpty(id))
        {
            throw new FormatException("entryId is duplicated or not present for entry");
        }
        var contentType = element.TryGetProperty("contentType", out var type) ? type.GetString() ?? "" : "";
        var metadata = element.TryGetProperty("metadata", out var given) && given.ValueKind == JsonValueKind.Object
            ? given.EnumerateObject().ToDictionary(item => item.Name, item => item.Value.GetString() ?? "", StringComparer.Ordinal)
            : [];
        return new BulkEntry(id, Event(element.GetProperty("event"), CloudEvents.MediaType(contentType)), contentType, metadata);
    }

    private static byte[] Event(JsonElement value, string mediaType)
    {
        if (CloudEvents.IsJson(mediaType))
        {
            return JsonSerializer.SerializeToUtf8Bytes(value);
        }
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return CloudEvents.IsBinary(mediaType) ? Convert.FromBase64String(text) : System.Text.Encoding.UTF8.GetBytes(text);
    }
}
