using System.Net;

namespace Sidecar.Http;

/// <summary>
/// The proxy that the environment names (<c>HTTP_PROXY</c>, <c>HTTPS_PROXY</c>, <c>NO_PROXY</c>). It is not used for servers on this
/// machine, as in Go; .NET would use it for them too.
/// </summary>
internal sealed class EnvironmentProxy : IWebProxy
{
    public static readonly EnvironmentProxy Instance = new();

    private EnvironmentProxy() { }

    public ICredentials? Credentials
    {
        get => HttpClient.DefaultProxy.Credentials;
        set => HttpClient.DefaultProxy.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => HttpClient.DefaultProxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || HttpClient.DefaultProxy.IsBypassed(host);
}
