using Scalar.AspNetCore;

namespace Gateway.Documentation;

/// <summary>
/// Serves the public contract of <c>contracts/</c> and a page to browse it, if <c>Documentation:Enabled</c> is set (default: in
/// development).
/// </summary>
internal static class DocumentationEndpoints
{
    public const string Page = "/docs";

    public static bool IsBrowsable(WebApplication app) =>
        app.Configuration.GetValue<bool?>("Documentation:Enabled") ?? app.Environment.IsDevelopment();

    public static void MapDocumentation(this WebApplication app)
    {
        var contract = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "gateway.openapi.json"));
        app.MapGet("/openapi/v1.json", () => TypedResults.Bytes(contract, "application/json"));
        if (IsBrowsable(app))
        {
            app.MapScalarApiReference(Page, options =>
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
