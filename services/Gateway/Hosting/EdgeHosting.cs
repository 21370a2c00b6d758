using Microsoft.AspNetCore.HttpOverrides;
using ServiceDefaults.Refusals;
using ServiceDefaults.Startup;

namespace Gateway.Hosting;

/// <summary>Hosting concerns of the edge alone: trusted proxies before it, its start, and its sidecar's absence.</summary>
internal static class EdgeHosting
{
    public static WebApplicationBuilder AddEdge(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SidecarHealth>().AddHealthChecks().AddCheck<SidecarHealth>("sidecar");
        return builder;
    }

    /// <summary>
    /// Takes the client's address and scheme from <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c>, from the proxies that
    /// <c>Edge:TrustedProxies</c> lists as addresses or networks (10.0.0.0/8). Without the setting these headers mean nothing, because any
    /// client can send them.
    /// </summary>
    public static WebApplication UseTrustedProxies(this WebApplication app)
    {
        var trusted = app.Configuration.GetSection("Edge:TrustedProxies").Get<string[]>() ?? [];
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

    /// <summary>
    /// Until the gateway is set up it can't check a token: 503, which a client may repeat, instead of a 401 that looks final.
    /// </summary>
    public static WebApplication UseStartGuard(this WebApplication app)
    {
        var state = app.Services.GetRequiredService<StartupState>();
        app.Use(next =>
            context =>
            {
                if (state.IsReady || !context.Request.Path.StartsWithSegments("/api"))
                {
                    return next(context);
                }
                context.Response.Headers.RetryAfter = "1";
                return Problem
                    .Of(StatusCodes.Status503ServiceUnavailable, "starting", "The gateway is starting; try again.")
                    .ExecuteAsync(context);
            }
        );
        return app;
    }

    private static System.Net.IPNetwork NetworkOf(string text) =>
        System.Net.IPNetwork.TryParse(text, out var network) ? network
        : System.Net.IPAddress.TryParse(text, out var address) ? new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new InvalidOperationException($"Edge:TrustedProxies: '{text}' is no address and no network such as 10.0.0.0/8");
}
