using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;

namespace ServiceDefaults.Requests;

/// <summary>The proxies in front of the edge.</summary>
public static class TrustedProxies
{
    private const string Setting = "Edge:TrustedProxies";

    /// <summary>
    /// Takes the client's address and scheme from <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c>, from the proxies that
    /// <c>Edge:TrustedProxies</c> lists as addresses or networks (10.0.0.0/8). Without the setting these headers mean nothing, because any
    /// client can send them.
    /// </summary>
    /// <exception cref="InvalidOperationException">An entry is neither an address nor a network.</exception>
    public static WebApplication UseTrustedProxies(this WebApplication app)
    {
        var trusted = app.Configuration.GetSection(Setting).Get<string[]>() ?? [];
        if (trusted.Length > 0)
        {
            var options = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
                ForwardLimit = null,
            };
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in trusted.Select(NetworkOf))
            {
                options.KnownIPNetworks.Add(network);
            }
            app.UseForwardedHeaders(options);
        }
        return app;
    }

    private static System.Net.IPNetwork NetworkOf(string text) =>
        System.Net.IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new InvalidOperationException($"{Setting}: '{text}' is no address and no network such as 10.0.0.0/8");
}
