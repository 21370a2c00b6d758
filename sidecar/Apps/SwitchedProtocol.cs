using System.Net;

namespace Sidecar.Apps;

/// <summary>
/// Passes on an app's unrequested <c>101 Switching Protocols</c> as an answer without a body, as daprd does. Between sidecars it is 200
/// with a header, because HTTP/2 has no 101, and the forwarder would switch protocols.
/// </summary>
internal sealed class SwitchedProtocol(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public const string Marker = "x-sidecar-status";

    /// <summary>The status that the app has sent.</summary>
    public static HttpStatusCode StatusOf(HttpResponseMessage response) =>
        response.Headers.Contains(Marker) ? HttpStatusCode.SwitchingProtocols : response.StatusCode;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols || request.Headers.Upgrade.Count > 0)
        {
            return response;
        }
        var plain = new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Version = response.Version,
            Content = new ByteArrayContent([]),
        };
        plain.Headers.Add(Marker, "101");
        response.Dispose(); // and closes the connection, which has another protocol now
        return plain;
    }

    /// <summary>Restores the original status in the answer to the caller, unless the answer goes to another sidecar first.</summary>
    public static void Restore(HttpContext context)
    {
        if (context.Response.Headers.ContainsKey(Marker) && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Remove(Marker);
            context.Response.StatusCode = StatusCodes.Status101SwitchingProtocols;
        }
    }
}
