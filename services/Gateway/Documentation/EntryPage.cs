namespace Gateway.Documentation;

/// <summary>
/// The root of the edge, where a person begins: leads a browser to the console, if there is one (<c>Links:Console</c>), else to the
/// documentation. Programs get the addresses as JSON.
/// </summary>
internal static class EntryPage
{
    public static void MapEntryPage(this WebApplication app)
    {
        var console = app.Configuration["Links:Console"] is { Length: > 0 } address ? address : null;
        app.MapGet("/", IResult (HttpRequest request) => request
                    .GetTypedHeaders()
                    .Accept.Any(type => type.MatchesMediaType("text/html") && !type.MatchesAllTypes)
                    ? TypedResults.Redirect(console ?? "/docs")
                    : TypedResults.Ok(
                        new
                        {
                            console,
                            documentation = "/docs",
                            contract = "/openapi/v1.json",
                        }
                    ))
            .ExcludeFromDescription();
    }
}
