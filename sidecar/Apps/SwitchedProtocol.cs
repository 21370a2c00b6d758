using System.Net;

namespace Sidecar.Apps;

/// <summary>
/// An app's <c>101 Switching Protocols</c> to a request that asked for no other protocol is an answer like others, as in daprd: a status
/// without a body.
/// It travels as 200 under a header, because HTTP/2 between sidecars has no 101, and the forwarder would switch.
/// </summary>
internal sealed class SwitchedProtocol(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Marker = "x-sidecar-status";

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
        response.Dispose(); // and with it the connection, which speaks something else now
        return plain;
    }

    /// <summary>Gives the answer to the caller its own status back, unless it goes to another sidecar first.</summary>
    public static void Restore(HttpContext context)
    {
        if (context.Response.Headers.ContainsKey(Marker) && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Remove(Marker);
            context.Response.StatusCode = StatusCodes.Status101SwitchingProtocols;
        }
    }
}
