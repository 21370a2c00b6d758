using ServiceDefaults.Identity;

namespace Gateway.Health;

internal static class ServiceHealthEndpoint
{
    public static void MapServiceHealth(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/operations/services", async (ServiceHealth health, HttpContext context, CancellationToken cancellation) =>
                TypedResults.Ok(new { items = await health.ReadAsync(context, cancellation) })
            )
            .RequireAuthorization(Roles.Operator);
}
