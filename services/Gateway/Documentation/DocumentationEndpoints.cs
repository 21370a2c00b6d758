using Scalar.AspNetCore;

namespace Gateway.Documentation;

/// <summary>
/// The public contract as it lies in <c>contracts/</c> and, where <c>Documentation:Enabled</c> says so (by default in development), a page
/// to browse and try it.
/// </summary>
internal static class DocumentationEndpoints
{
    public static void MapDocumentation(this WebApplication app)
    {
        var contract = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "gateway.openapi.json"));
        app.MapGet("/openapi/v1.json", () => TypedResults.Bytes(contract, "application/json"));
        if (app.Configuration.GetValue<bool?>("Documentation:Enabled") ?? app.Environment.IsDevelopment())
        {
            app.MapScalarApiReference("/docs", options =>
            {
                options.WithTitle("Order platform").WithOpenApiRoutePattern("/openapi/v1.json").DisableAgent().DisableMcp();
                options.HideClientButton = true; // opens the vendor's own program
                options.ShowDeveloperTools = DeveloperToolsVisibility.Never; // shares the contract with the vendor's cloud
                options.Telemetry = false;
                options.DefaultFonts = false; // come from the vendor's server
            });
        }
    }
}
