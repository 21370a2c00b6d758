namespace Sidecar.Api.Http;

/// <summary>Secrets over HTTP. Source: Dapr docs, "Secrets API reference".</summary>
internal static class SecretsEndpoints
{
    public static void MapSecrets(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1.0/secrets/{store}/bulk", context =>
            context.WriteSortedJsonLineAsync(context.Sidecar().Blocks.Secrets.GetAll(context.Route("store")))
        );
        routes.MapGet("/v1.0/secrets/{store}/{name}", context =>
            context.WriteSortedJsonLineAsync(context.Sidecar().Blocks.Secrets.Get(context.Route("store"), context.Route("name")))
        );
    }
}
