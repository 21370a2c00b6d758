namespace Sidecar.Api.Http;

/// <summary>Secrets over HTTP. Source: Dapr docs, "Secrets API reference".</summary>
internal static class SecretsEndpoints
{
    public static void MapSecrets(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1.0/secrets/{store}/bulk", async context =>
        {
            var secrets = await context.Sidecar().Blocks.Secrets.GetAllAsync(context.Route("store"), context.RequestAborted);
            await context.WriteSortedJsonLineAsync(secrets);
        });
        routes.MapGet("/v1.0/secrets/{store}/{name}", async context =>
        {
            var secret = await context
                .Sidecar()
                .Blocks.Secrets.GetAsync(context.Route("store"), context.Route("name"), context.RequestAborted);
            await context.WriteSortedJsonLineAsync(secret);
        });
    }
}
