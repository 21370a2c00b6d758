namespace ServiceDefaults.Requests;

/// <summary>What every call to another service carries: for which request, from which service, and the token of the own sidecar.</summary>
internal sealed class Outgoing(string serviceName, string? daprApiToken) : DelegatingHandler
{
    public const string ServiceHeader = "X-Service-Name";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation(ServiceHeader, serviceName);
        if (RequestId.Current is { } id)
        {
            request.Headers.TryAddWithoutValidation(RequestId.Header, id);
        }
        if (daprApiToken is not null)
        {
            request.Headers.Remove("dapr-api-token"); // the SDK may have put it there already, and twice it is none
            request.Headers.TryAddWithoutValidation("dapr-api-token", daprApiToken);
        }
        if (request.Content is { } body)
        {
            // With its length known a body can be sent again: sidecars do not retry what streams.
            await body.LoadIntoBufferAsync(cancellationToken);
        }
        return await base.SendAsync(request, cancellationToken);
    }
}
