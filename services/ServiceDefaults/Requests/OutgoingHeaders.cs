using Microsoft.Extensions.Configuration;

namespace ServiceDefaults.Requests;

/// <summary>
/// Adds headers to every call to another service: the request id, the caller (this app, unless the call names another) and the token of
/// the own sidecar.
/// </summary>
internal sealed class OutgoingHeaders(string appId, string? daprApiToken) : DelegatingHandler
{
    private readonly string self = new Caller.App(appId).ToString();

    /// <summary>The handler of this app, in front of a plain connection to its sidecar.</summary>
    public static OutgoingHeaders Of(IConfiguration settings) =>
        new(settings["APP_ID"] ?? "", settings["DAPR_API_TOKEN"] is { Length: > 0 } token ? token : null)
        {
            InnerHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
            },
        };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add(Caller.ServiceHeader, appId);
        if (!request.Headers.Contains(Caller.Header))
        {
            request.Headers.Add(Caller.Header, self);
        }
        if (RequestId.Current is { } id && !request.Headers.Contains(RequestId.Header))
        {
            request.Headers.Add(RequestId.Header, id);
        }
        if (daprApiToken is not null)
        {
            request.Headers.Remove("dapr-api-token"); // the SDK may have put it there already, and twice it is none
            request.Headers.Add("dapr-api-token", daprApiToken);
        }
        if (request.Content is { } body)
        {
            // With its length known a body can be sent again: sidecars do not retry what streams.
            await body.LoadIntoBufferAsync(cancellationToken);
        }
        return await base.SendAsync(request, cancellationToken);
    }
}
