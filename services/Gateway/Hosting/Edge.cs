using Gateway.Aggregation;
using Gateway.Documentation;
using Gateway.Health;
using Gateway.Identity;
using Gateway.Resilience;
using Gateway.Routing;
using Gateway.Streaming;
using ServiceDefaults;
using ServiceDefaults.Identity;
using ServiceDefaults.Limits;
using ServiceDefaults.Requests;

namespace Gateway.Hosting;

/// <summary>
/// The gateway put together: its services, and every route that it serves. The contract is compared with these routes by a test.
/// </summary>
internal static class Edge
{
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        builder.Configuration[AppToken.Edge] = "true";
        builder.AddServiceDefaults().AddIdentity().AddLimits(PlacesOrder, Registers, OpensStream).AddEdge();
        builder.Services.AddReverseProxy();
        builder.Services.AddMemoryCache().AddSingleton<CustomerCache>().AddSingleton<ServiceHealth>().AddOrderFeed();
        builder.Services.AddSingleton<AppBreakers>().AddHostedService<BreakerProbe>();
        builder.Services.AddServiceClient<OrdersClient>("orders").AddServiceClient<CustomersClient>("customers");
        return builder;
    }

    public static void MapGateway(this WebApplication app)
    {
        app.MapPrometheusScrapingEndpoint().RequireAuthorization(Roles.Operator);
        app.MapTokens();
        app.MapDocumentation();
        app.MapEntryPage();
        app.MapOrderDetails();
        app.MapOrderFeed();
        app.MapServiceHealth();
        app.MapServices();
    }

    private static bool PlacesOrder(HttpContext context) => Creates(context, "/api/orders");

    private static bool Registers(HttpContext context) => Creates(context, "/api/customers");

    private static bool OpensStream(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<LongLived>() is not null;

    private static bool Creates(HttpContext context, string collection) =>
        HttpMethods.IsPost(context.Request.Method)
        && context.Request.Path.StartsWithSegments(collection, out var rest)
        && rest.Value is "" or "/" or null;
}
