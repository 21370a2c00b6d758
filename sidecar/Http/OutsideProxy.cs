using System.Net;

namespace Sidecar.Http;

/// <summary>
/// The proxy that the environment names (<c>HTTP_PROXY</c>, <c>HTTPS_PROXY</c>, <c>NO_PROXY</c>). Servers on this machine are called
/// directly, as Go does; .NET would call them through the proxy as well.
/// </summary>
internal sealed class OutsideProxy : IWebProxy
{
    public static readonly OutsideProxy Instance = new();

    private OutsideProxy() { }

    public ICredentials? Credentials
    {
        get => HttpClient.DefaultProxy.Credentials;
        set => HttpClient.DefaultProxy.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => HttpClient.DefaultProxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || HttpClient.DefaultProxy.IsBypassed(host);
}
