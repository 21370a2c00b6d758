using Gateway.Forwarding;

namespace Gateway.Aggregation;

internal static class CallerRequests
{
    /// <summary>Sends a GET on behalf of the caller of the edge.</summary>
    /// <param name="mayWait">True: forwards the caller's <c>Prefer</c>, so that the service may wait for the end of an order.</param>
    public static async Task<HttpResponseMessage> GetForCallerAsync(
        this HttpClient http,
        HttpContext context,
        string path,
        CancellationToken cancellation,
        bool mayWait = false
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        ForwardedIdentity.Apply(context, request);
        if (mayWait && context.Request.Headers["Prefer"] is [{ Length: > 0 } preference])
        {
            request.Headers.Add("Prefer", preference);
        }
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }
}
