using ServiceDefaults.Refusals;

namespace Console.Security;

/// <summary>Refuses connections of open pages that a page of another site opens.</summary>
internal static class ConnectionOrigin
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>
    /// A browser lets any page open a WebSocket, and sends the cookies of this site with one from another port or subdomain. Such a page
    /// could read and act as the signed-in person. Browsers name the relation in a header that no script can set; other clients send none.
    /// </summary>
    public static void UseConnectionOrigin(this WebApplication app) =>
        app.Use(next =>
            context =>
                context.Request.Path.StartsWithSegments(OpenPages.Connection) && IsOfAnotherSite(context.Request)
                    ? Problem
                        .Of(StatusCodes.Status403Forbidden, "origin-not-allowed", "Only pages of this site may open this connection.")
                        .ExecuteAsync(context)
                    : next(context)
        );

    private static bool IsOfAnotherSite(HttpRequest request) =>
        request.Headers[FetchSite].ToString() is not ("" or "same-origin" or "none");
}
