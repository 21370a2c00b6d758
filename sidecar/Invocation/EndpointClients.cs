using System.Collections.Concurrent;
using Sidecar.Apps;
using Sidecar.Http;
using Sidecar.Resources;

namespace Sidecar.Invocation;

/// <summary>The connections to servers outside of Dapr, each with its own certificates. Redirects are followed, as daprd does.</summary>
internal sealed class EndpointClients : IDisposable
{
    private readonly ConcurrentDictionary<HttpEndpoint, HttpMessageInvoker> clients = new(ReferenceEqualityComparer.Instance);

    public HttpMessageInvoker Of(HttpEndpoint endpoint) => clients.GetOrAdd(endpoint, Open);

    public void Dispose()
    {
        foreach (var client in clients.Values)
        {
            client.Dispose();
        }
    }

    private static HttpMessageInvoker Open(HttpEndpoint endpoint)
    {
        var handler = new SocketsHttpHandler
        {
            Proxy = EnvironmentProxy.Instance,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
        };
        if (endpoint.Certificates.Root is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, errors) =>
                endpoint.Certificates.Trusts(presented, errors);
        }
        if (endpoint.Certificates.Client is { } certificate)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }
        return new HttpMessageInvoker(new GoRedirects(new TransparentGzip(handler.WithAnyText()), repeatsBody: false));
    }
}
