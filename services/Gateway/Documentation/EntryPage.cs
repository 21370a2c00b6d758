namespace Gateway.Documentation;

/// <summary>
/// The root of the edge: redirects a browser to the console, if there is one (<c>Links:Console</c>), otherwise to the documentation, if
/// that is enabled. Other clients receive the addresses as JSON.
/// </summary>
internal static class EntryPage
{
    public static void MapEntryPage(this WebApplication app)
    {
        var console = app.Configuration["Links:Console"] is { Length: > 0 } address ? address : null;
        var documentation = DocumentationEndpoints.IsBrowsable(app) ? DocumentationEndpoints.Page : null;
        app.MapGet("/", IResult (HttpRequest request) => (console ?? documentation) is { } page && IsBrowser(request)
                    ? TypedResults.Redirect(page)
                    : TypedResults.Ok(
                        new
                        {
                            console,
                            documentation,
                            contract = "/openapi/v1.json",
                        }
                    ))
            .ExcludeFromDescription();
    }

    private static bool IsBrowser(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MatchesMediaType("text/html") && !type.MatchesAllTypes);
}
