namespace Sidecar.Http;

/// <summary>The user agent of daprd's requests, because apps and servers log and filter by it.</summary>
internal static class GoUserAgent
{
    /// <summary>Adds it to a request that has none.</summary>
    public static void AddTo(HttpRequestMessage request, bool http2 = false)
    {
        if (!request.Headers.NonValidated.Contains("User-Agent"))
        {
            request.Headers.TryAddWithoutValidation("User-Agent", http2 ? "Go-http-client/2.0" : "Go-http-client/1.1");
        }
    }
}
