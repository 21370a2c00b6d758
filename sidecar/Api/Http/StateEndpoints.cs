using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.Http;
using Sidecar.State;
using Sidecar.Tracing;

namespace Sidecar.Api.Http;

/// <summary>State over HTTP. Source: Dapr docs, "State management API reference".</summary>
internal static class StateEndpoints
{
    public static void MapState(this IEndpointRouteBuilder routes)
    {
        string[] write = ["POST", "PUT"];
        routes.MapMethods("/v1.0/state/{store}", write, SaveAsync);
        routes.MapMethods("/v1.0/state/{store}/bulk", write, GetManyAsync);
        routes.MapMethods("/v1.0/state/{store}/transaction", write, TransactAsync);
        routes.MapMethods("/v1.0-alpha1/state/{store}/query", write, Query);
        routes.MapGet("/v1.0/state/{store}/{key}", GetAsync);
        routes.MapDelete("/v1.0/state/{store}/{key}", DeleteAsync);
    }

    private static async Task GetAsync(HttpContext context)
    {
        var entry = await context.Sidecar().Blocks.State.GetAsync(context.Route("store"), context.Route("key"), context.RequestAborted);
        if (entry is null)
        {
            context.Response.StatusCode = 204;
            return;
        }
        if (entry.ETag.Length > 0)
        {
            context.Response.Headers["ETag"] = entry.ETag;
        }
        if (entry.ExpiresAt is { } expires)
        {
            context.Response.Headers["metadata.ttlExpireTime"] = GoTime.UtcText(expires);
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = entry.Value.Length;
        await context.Response.BodyWriter.WriteAsync(entry.Value, context.RequestAborted);
    }

    private static async Task SaveAsync(HttpContext context)
    {
        var store = context.Route("store");
        context.Sidecar().Blocks.State.Demand(store);
        var items = StateBody.Items(await context.Request.BodyAsync(DaprErrors.Malformed), context.Request.Metadata());
        await context.Sidecar().Blocks.State.SaveAsync(store, items, context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        var request = context.Request;
        var item = new DeleteRequest(
            context.Route("key"),
            request.Headers.IfMatch.FirstOrDefault(),
            request.Query["concurrency"],
            request.Query["consistency"]
        );
        await context.Sidecar().Blocks.State.DeleteAsync(context.Route("store"), item, context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static async Task GetManyAsync(HttpContext context)
    {
        var store = context.Route("store");
        context.Sidecar().Blocks.State.Demand(store);
        var keys = StateBody.Keys(await context.Request.BodyAsync());
        var items = await context.Sidecar().Blocks.State.GetManyAsync(store, keys, context.RequestAborted);
        await context.WriteJsonLineAsync(items.Select(BulkAnswer.Of));
    }

    private static async Task TransactAsync(HttpContext context)
    {
        var store = context.Route("store");
        context.Sidecar().Blocks.State.DemandTransactional(store);
        var operations = StateBody.Transaction(await context.Request.BodyAsync(), context.Request.Metadata());
        await context.Sidecar().Blocks.State.TransactAsync(store, operations, TraceContext.Of(context), context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static void Query(HttpContext context) => throw context.Sidecar().Blocks.State.Query(context.Route("store"));

    private sealed record BulkAnswer(
        string Key,
        JsonElement? Data,
        [property: JsonPropertyName("etag")] string? ETag,
        IReadOnlyDictionary<string, string>? Metadata,
        string? Error
    )
    {
        public static BulkAnswer Of(BulkItem item) =>
            new(
                item.Key,
                item.Entry is { Value.Length: > 0 } entry ? DataOf(entry.Value) : null,
                item.Entry is { ETag: { Length: > 0 } etag } ? etag : null,
                item.Entry?.ExpiresAt is { } expires
                    ? new Dictionary<string, string> { ["ttlExpireTime"] = GoTime.UtcText(expires) }
                    : null,
                item.Error
            );

        /// <summary>Values from gRPC need not be JSON; these are texts.</summary>
        private static JsonElement DataOf(ReadOnlyMemory<byte> value)
        {
            try
            {
                return JsonElement.Parse(GoJsonText.Repair(value.Span));
            }
            catch (JsonException)
            {
                return JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(value.Span));
            }
        }
    }
}
