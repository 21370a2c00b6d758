using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sidecar.Api.Http;
using Sidecar.Apps;
using Sidecar.Http;
using Sidecar.Yaml;

namespace Sidecar.Hosting;

/// <summary>The ports of all apps of this process.</summary>
internal sealed class ServerListeners
{
    private readonly List<(AppOptions App, ListenerKind Kind, int Port)> all = [];

    /// <summary>Returns the options with every port chosen.</summary>
    public AppOptions Add(AppOptions app)
    {
        var complete = app with
        {
            HttpPort = app.HttpPort > 0 ? app.HttpPort : FreePort.Take(),
            GrpcPort = app.GrpcPort > 0 ? app.GrpcPort : FreePort.Take(),
            InternalGrpcPort = app.InternalGrpcPort > 0 ? app.InternalGrpcPort : FreePort.Take(),
        };
        all.Add((complete, ListenerKind.Http, complete.HttpPort));
        all.Add((complete, ListenerKind.Grpc, complete.GrpcPort));
        all.Add((complete, ListenerKind.Internal, complete.InternalGrpcPort));
        if (complete.PublicPort > 0)
        {
            all.Add((complete, ListenerKind.Public, complete.PublicPort));
        }
        if (complete.MetricsPort > 0)
        {
            all.Add((complete, ListenerKind.Metrics, complete.MetricsPort));
        }
        return complete;
    }

    public void Configure(KestrelServerOptions kestrel, Func<AppOptions, AppSidecar> sidecarOf)
    {
        kestrel.AddServerHeader = false;
        kestrel.ResponseHeaderEncodingSelector = static name => HeaderText.EncodingOf(name)!;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 1 << 20;
        kestrel.Limits.Http2.InitialStreamWindowSize = 1 << 20;
        foreach (var (app, kind, port) in all)
        {
            Listen(kestrel, app, port, listen =>
            {
                listen.Protocols = kind is ListenerKind.Grpc or ListenerKind.Internal ? HttpProtocols.Http2 : HttpProtocols.Http1;
                ListenerFeature? feature = null;
                listen.Use(next =>
                    connection =>
                    {
                        connection.Features.Set(feature ??= new ListenerFeature(sidecarOf(app), kind));
                        return next(connection);
                    }
                );
            });
        }
    }

    /// <exception cref="InvalidConfigurationException">A port is configured twice, or another program uses it.</exception>
    public void DemandFree()
    {
        var twice = all.GroupBy(listener => listener.Port).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            var uses = twice.Select(listener => $"{listener.Kind} of {listener.App.AppId}");
            throw new InvalidConfigurationException("ports", 0, $"port {twice.Key} is configured twice: {string.Join(" and ", uses)}");
        }
        foreach (var (app, kind, port) in all)
        {
            if (!FreePort.IsFree(port))
            {
                throw new InvalidConfigurationException(
                    "ports",
                    0,
                    $"port {port} ({kind} port of the sidecar of {app.AppId}) is in use by another program; end it, or give another port"
                );
            }
        }
    }

    private static void Listen(KestrelServerOptions kestrel, AppOptions app, int port, Action<ListenOptions> configure)
    {
        foreach (var address in app.ListenAddresses)
        {
            switch (address.Trim('[', ']'))
            {
                case "localhost" or "127.0.0.1" or "::1" when app.ListenAddresses.Count > 1 || address == "localhost":
                    // Both loopback addresses, as far as the machine has them; one listener even if both are named.
                    if (address == app.ListenAddresses[0])
                    {
                        kestrel.ListenLocalhost(port, configure);
                    }
                    break;
                case var other when IPAddress.TryParse(other, out var parsed):
                    kestrel.Listen(parsed, port, configure);
                    break;
                default:
                    throw new InvalidConfigurationException("dapr-listen-addresses", 0, $"'{address}' is not an IP address");
            }
        }
    }
}
