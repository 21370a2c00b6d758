using Scalar.AspNetCore;

namespace Gateway.Documentation;

/// <summary>The public contract as it lies in <c>contracts/</c>, and a page to browse and try it.</summary>
internal static class DocumentationEndpoints
{
    public static void MapDocumentation(this WebApplication app)
    {
        var contract = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "gateway.openapi.json"));
        app.MapGet("/openapi/v1.json", () => TypedResults.Bytes(contract, "application/json"));
        app.MapScalarApiReference("/docs", options => options.WithTitle("Order platform").WithOpenApiRoutePattern("/openapi/v1.json"));
    }
}
