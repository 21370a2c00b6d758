using System.Collections.Concurrent;
using Sidecar.Apps;
using Sidecar.Http;
using Sidecar.Resources;

namespace Sidecar.Invocation;

/// <summary>The connections to servers outside of Dapr, each with its own certificates. Redirects are followed, as daprd does.</summary>
internal sealed class EndpointClients : IDisposable
{
    /// <summary>For the connection and the TLS handshake, as in daprd. A call has no further limit.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<HttpEndpoint, Clients> clients = new(ReferenceEqualityComparer.Instance);

    /// <summary>For a streamed request: 307 and 308 require its body again, and are the answer.</summary>
    public HttpMessageInvoker ForStreams(HttpEndpoint endpoint) => clients.GetOrAdd(endpoint, Open).ForStreams;

    /// <summary>For a request whose body is in memory: 307 and 308 are followed.</summary>
    public HttpMessageInvoker ForMessages(HttpEndpoint endpoint) => clients.GetOrAdd(endpoint, Open).ForMessages;

    public void Dispose()
    {
        foreach (var (forStreams, forMessages) in clients.Values)
        {
            forStreams.Dispose();
            forMessages.Dispose();
        }
    }

    private static Clients Open(HttpEndpoint endpoint)
    {
        var handler = new SocketsHttpHandler
        {
            Proxy = EnvironmentProxy.Instance,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
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
        var connections = new TransparentGzip(handler.WithAnyText());
        return new Clients(
            new HttpMessageInvoker(new GoRedirects(connections, repeatsBody: false)),
            new HttpMessageInvoker(new GoRedirects(connections, repeatsBody: true))
        );
    }

    /// <summary>Two clients over the same connections.</summary>
    private sealed record Clients(HttpMessageInvoker ForStreams, HttpMessageInvoker ForMessages);
}
