using System.Text;
using System.Text.Json;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.Http;
using Sidecar.PubSub.Publishing;
using Sidecar.Tracing;

namespace Sidecar.Api.Http;

/// <summary>Publishing over HTTP. Source: Dapr docs, "Pub/sub API reference".</summary>
internal static class PubSubEndpoints
{
    public static void MapPubSub(this IEndpointRouteBuilder routes)
    {
        string[] write = ["POST", "PUT"];
        routes.MapMethods("/v1.0/publish/{pubsub}/{**topic:required}", write, PublishAsync);
        routes.MapMethods("/v1.0/publish/bulk/{pubsub}/{**topic:required}", write, PublishManyAsync);
        routes.MapMethods("/v1.0-alpha1/publish/bulk/{pubsub}/{**topic:required}", write, PublishManyAsync);
    }

    private static async Task PublishAsync(HttpContext context)
    {
        var (api, target) = Target(context);
        var body = await context.Request.BodyAsync(detail => PubSubErrors.PublishFailed(target.Topic, target.PubSub, detail));
        await api.PublishAsync(target, body, context.Request.ContentType, context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static async Task PublishManyAsync(HttpContext context)
    {
        var (api, target) = Target(context);
        PublishMetadata.IsRaw(target.PubSub, target.Metadata);
        var body = await context.Request.BodyAsync(detail => PubSubErrors.BulkUnreadable(target.Topic, target.PubSub, api.AppId, detail));
        var entries = BulkBody.Entries(body, target, api.AppId);
        var failed = await api.PublishManyAsync(target, entries, context.RequestAborted);
        if (failed.Count == 0)
        {
            context.Response.StatusCode = 204;
            return;
        }
        var error = PubSubErrors.PublishFailed(target.Topic, target.PubSub, failed[0].Error).Error;
        var json = JsonSerializer.Serialize(
            new { failedEntries = failed.Select(entry => new { entryId = entry.EntryId, error = entry.Error }), errorCode = error.Code },
            GoJsonEncoder.SerializerOptions
        );
        ErrorCounter.Count(context, error);
        context.Response.StatusCode = error.HttpStatus;
        context.Response.Headers["metadata.responseData"] = json;
        context.Response.Headers["metadata.error"] = HeaderText.OneLine($"api error: code = {error.GrpcStatus} desc = {error.Message}");
        await context.WriteJsonAsync(Encoding.UTF8.GetBytes(json));
    }

    private static (PubSubApi Api, PublishTarget Target) Target(HttpContext context)
    {
        var target = new PublishTarget(
            context.Route("pubsub"),
            context.Route("topic"),
            context.Request.Metadata(),
            TraceContext.Of(context)
        );
        var api = context.Sidecar().Blocks.PubSub;
        api.Demand(target.PubSub, target.Topic, target.Metadata);
        return (api, target);
    }
}
