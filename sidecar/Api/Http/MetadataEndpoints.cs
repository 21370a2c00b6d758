using Sidecar.Failures;
using Sidecar.Http;

namespace Sidecar.Api.Http;

/// <summary>Metadata, health and shutdown over HTTP. Source: Dapr docs, "Metadata API reference", "Health API reference".</summary>
internal static class MetadataEndpoints
{
    public static void MapMetadata(this IEndpointRouteBuilder routes)
    {
        var open = routes.MapGroup("").WithMetadata(new PublicRoute());
        open.MapGet("/v1.0/metadata", context => context.WriteJsonLineAsync(MetadataJson.Describe(context.Sidecar())));
        open.MapPut("/v1.0/metadata/{key}", async context =>
        {
            context.Sidecar().ExtendedMetadata[context.Route("key")] = System.Text.Encoding.UTF8.GetString(
                await context.Request.BodyAsync(DaprErrors.BodyUnread)
            );
            context.Response.StatusCode = 204;
        });
        open.MapGet("/v1.0/healthz", context =>
        {
            var sidecar = context.Sidecar();
            if (!sidecar.Ready)
            {
                throw HealthErrors.NotReady("[runtime]");
            }
            if (context.Request.Query.TryGetValue("appid", out var requested) && requested != sidecar.Options.AppId)
            {
                throw HealthErrors.OtherAppId();
            }
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        open.MapGet("/v1.0/healthz/outbound", context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        routes.MapPost("/v1.0/shutdown", context =>
        {
            ShutdownRequests.Take(context);
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
    }
}
