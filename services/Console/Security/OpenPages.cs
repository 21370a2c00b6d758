using ServiceDefaults.Limits;

namespace Console.Security;

/// <summary>Limits open pages.</summary>
internal static class OpenPages
{
    public const string Connection = "/_blazor";

    /// <summary>
    /// The connection of an open page takes a place among the streams (<see cref="LongLived"/>): a page is open as long as its reader
    /// looks at it, and would otherwise use up the places of ordinary requests.
    /// </summary>
    public static RazorComponentsEndpointConventionBuilder TakeStreamsForOpenPages(this RazorComponentsEndpointConventionBuilder pages)
    {
        pages.Add(endpoint =>
        {
            if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: Connection or Connection + "/" })
            {
                endpoint.Metadata.Add(LongLived.Instance);
            }
        });
        return pages;
    }
}
