using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sidecar.Actors;
using Sidecar.Api;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Apps;
using Sidecar.Catalogue;
using Sidecar.Http;
using Sidecar.Logging;
using Sidecar.Metrics;
using Sidecar.Names;
using Sidecar.Reloading;
using Sidecar.Resiliency;
using Sidecar.Resources;
using Sidecar.Workflows;
using Sidecar.Workflows.Api;
using Sidecar.Yaml;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Hosting;

/// <summary>The apps that a sidecar process serves, and whether it refuses what daprd passes over.</summary>
/// <param name="RegistryFolder">The folder of <see cref="SidecarRegistry"/>; null: its default below the user's temporary folder.</param>
internal sealed record ServerOptions(
    IReadOnlyList<AppOptions> Apps,
    bool Strict,
    LogLevel LogLevel = LogLevel.Information,
    bool OwnsProcess = false,
    string? RegistryFolder = null
);

/// <summary>One web server with the ports of all sidecars of this process. The connection tells whose sidecar is spoken to.</summary>
internal sealed partial class SidecarServer : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly AppDirectory directory;
    private readonly IDisposable? reservation;
    private readonly ServerOptions options;

    private SidecarServer(
        WebApplication web,
        IReadOnlyList<AppSidecar> sidecars,
        AppDirectory directory,
        IDisposable? reservation,
        ServerOptions options
    ) => (this.web, Sidecars, this.directory, this.reservation, this.options) = (web, sidecars, directory, reservation, options);

    public IReadOnlyList<AppSidecar> Sidecars { get; }

    public IHostApplicationLifetime Lifetime => web.Lifetime;

    /// <summary>Loads everything, then listens. All mistakes in all resources are reported together, before anything has started.</summary>
    /// <exception cref="InvalidConfigurationException">Resources are wrong, or a port is taken.</exception>
    /// <exception cref="Sqlite.SqliteFileException">A store can't be read.</exception>
    public static async Task<SidecarServer> StartAsync(
        ServerOptions options,
        Action<ILoggingBuilder> logging,
        CancellationToken cancellation
    )
    {
        // The empty builder: the usual ones watch the working directory for settings, and would see every write to the stores in it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting();
        options = options with { Apps = [.. options.Apps.Select(app => app with { LogLevel = app.LogLevel ?? options.LogLevel })] };
        builder
            .Logging.SetMinimumLevel(options.Apps.Select(app => app.LogLevel!.Value).Append(options.LogLevel).Min())
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Yarp", LogLevel.Error)
            .AddFilter("Grpc", LogLevel.Error);
        logging(builder.Logging);
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>().AddHttpForwarder();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<MeasuredCalls>();
            grpc.Interceptors.Add<GrpcSpans>();
            grpc.Interceptors.Add<GrpcEdge>();
            grpc.IgnoreUnknownServices = true;
            grpc.MaxReceiveMessageSize = null; // each app's own limit is set on its requests
            grpc.MaxSendMessageSize = null;
        });
        builder
            .Services.AddSingleton(TimeProvider.System)
            .AddSingleton<ApiLog>()
            .AddDaprService()
            .AddSingleton<TaskHubService>()
            .AddSingleton<IWorkflowEngines, CallerEngines>()
            .AddSingleton(services => ActivatorUtilities.CreateInstance<ShutdownRequests>(services, options.OwnsProcess));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Apps.Max(app => app.GracefulShutdown));

        var time = TimeProvider.System;
        var directory = new AppDirectory();
        var listeners = new List<(AppOptions App, ListenerKind Kind, int Port)>();
        var apps = options.Apps.Select(app => WithPorts(app, listeners)).ToList();
        List<AppSidecar> sidecars = []; // in the order of the apps
        builder.Services.AddSingleton(_ => new MetricsExport(
            sidecars
                .Where(sidecar => sidecar.Options.MetricsPort > 0 && sidecar.Configuration.Metrics.Enabled)
                .Select(sidecar => (sidecar.Options.AppId, sidecar.Configuration.Metrics)),
            [SidecarMeter.Name, PolicyMeter.Name, WorkflowMeter.Name]
        ));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ResponseHeaderEncodingSelector = static name => HeaderText.EncodingOf(name)!;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 1 << 20;
            kestrel.Limits.Http2.InitialStreamWindowSize = 1 << 20;
            foreach (var (app, kind, port) in listeners)
            {
                Listen(kestrel, app, port, listen =>
                {
                    listen.Protocols = kind is ListenerKind.Grpc or ListenerKind.Internal ? HttpProtocols.Http2 : HttpProtocols.Http1;
                    ListenerFeature? feature = null;
                    listen.Use(next =>
                        connection =>
                        {
                            connection.Features.Set(feature ??= new ListenerFeature(sidecars[apps.IndexOf(app)], kind));
                            return next(connection);
                        }
                    );
                });
            }
        });
        var web = builder.Build();
        var loggers = web.Services.GetRequiredService<ILoggerFactory>();
        var registry = new SidecarRegistry(options.RegistryFolder);
        var reservation = apps is [var sole] ? registry.Reserve(sole.AppId) : null; // systems of several apps may run side by side
        try
        {
            await LoadAsync(
                options,
                apps,
                sidecars,
                registry,
                directory,
                web.Services.GetRequiredService<IHttpForwarder>(),
                time,
                loggers,
                cancellation
            );
            if (apps.Any(app => app.MetricsPort > 0))
            {
                web.Services.GetRequiredService<MetricsExport>(); // counts from here on
            }
            Map(web);
            await StartListeningAsync(web, listeners, cancellation);
        }
        catch
        {
            foreach (var sidecar in sidecars)
            {
                await sidecar.DisposeAsync();
            }
            reservation?.Dispose();
            await web.DisposeAsync();
            throw;
        }
        var server = new SidecarServer(web, sidecars, directory, reservation, options);
        try
        {
            foreach (var sidecar in server.Sidecars)
            {
                directory.Add(sidecar);
                await sidecar.Names.AnnounceAsync(sidecar.Options.AppId, sidecar.Options.InternalGrpcPort, cancellation);
            }
            foreach (var sidecar in server.Sidecars)
            {
                await sidecar.StartAsync(cancellation);
            }
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Null where the Configuration says no to it.</summary>
    public HotReload? FollowResources(AppSidecar sidecar, TimeSpan interval)
    {
        var loggers = Loggers(sidecar.Options, web.Services.GetRequiredService<ILoggerFactory>());
        return sidecar.Configuration.Features.Contains(HotReload.Feature, StringComparer.Ordinal)
            ? HotReload.Follow(
                sidecar,
                Loader(options, sidecar.Options, loggers, TimeProvider.System),
                interval,
                TimeProvider.System,
                loggers
            )
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in Sidecars)
        {
            await sidecar.LeaveAsync();
            await sidecar.QuiesceAsync();
            await sidecar.EndWorkAsync();
        }
        await web.StopAsync();
        foreach (var sidecar in Sidecars)
        {
            directory.Remove(sidecar);
            await sidecar.DisposeAsync();
        }
        await web.DisposeAsync();
        reservation?.Dispose();
    }

    private static AppOptions WithPorts(AppOptions app, List<(AppOptions, ListenerKind, int)> listeners)
    {
        var complete = app with
        {
            HttpPort = app.HttpPort > 0 ? app.HttpPort : FreePort.Take(),
            GrpcPort = app.GrpcPort > 0 ? app.GrpcPort : FreePort.Take(),
            InternalGrpcPort = app.InternalGrpcPort > 0 ? app.InternalGrpcPort : FreePort.Take(),
        };
        listeners.Add((complete, ListenerKind.Http, complete.HttpPort));
        listeners.Add((complete, ListenerKind.Grpc, complete.GrpcPort));
        listeners.Add((complete, ListenerKind.Internal, complete.InternalGrpcPort));
        if (complete.PublicPort > 0)
        {
            listeners.Add((complete, ListenerKind.Public, complete.PublicPort));
        }
        if (complete.MetricsPort > 0)
        {
            listeners.Add((complete, ListenerKind.Metrics, complete.MetricsPort));
        }
        return complete;
    }

    private static void Listen(KestrelServerOptions kestrel, AppOptions app, int port, Action<ListenOptions> configure)
    {
        foreach (var address in app.ListenAddresses)
        {
            switch (address.Trim('[', ']'))
            {
                case "localhost" or "127.0.0.1" or "::1" when app.ListenAddresses.Count > 1 || address == "localhost":
                    // Both loopbacks, as far as the machine has them; asked for twice it is still one listener.
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

    private static async Task LoadAsync(
        ServerOptions options,
        List<AppOptions> apps,
        List<AppSidecar> sidecars,
        SidecarRegistry registry,
        AppDirectory directory,
        IHttpForwarder forwarder,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellation
    )
    {
        var problems = new List<YamlProblem>();
        var resources = apps.Select(app => ResourceSet.Load(app.ResourcesPaths, problems)).ToList();
        var configurations = apps.Select(app => ConfigurationReader.Load(app.ConfigPaths, problems)).ToList();
        // the rest of the mistakes is reported together, once components are read as well
        InvalidConfigurationException.ThrowIfAny(problems, strict: false);
        var actors = new ActorDirectory(directory, apps.Count == 1 ? registry : null);
        for (var i = 0; i < apps.Count; i++)
        {
            var own = Loggers(apps[i], loggers);
            var components = await Loader(options, apps[i], own, time)
                .LoadAsync(apps[i].AppId, resources[i].Components, problems, cancellation);
            sidecars.Add(
                new AppSidecar(
                    apps[i],
                    configurations[i],
                    components,
                    resources[i],
                    directory,
                    actors,
                    registry,
                    Names(configurations[i], registry, apps[i].WorkingDirectory, time, own),
                    forwarder,
                    time,
                    own
                )
            );
        }
        var logger = loggers.CreateLogger<SidecarServer>();
        foreach (var warning in InvalidConfigurationException.ThrowIfAny(problems, options.Strict))
        {
            LogIgnored(logger, warning.ToString());
        }
    }

    private static AppLoggers Loggers(AppOptions app, ILoggerFactory shared) => new(shared, app.LogLevel!.Value);

    private static ComponentLoader Loader(ServerOptions options, AppOptions app, ILoggerFactory loggers, TimeProvider time) =>
        new(loggers, time, app.WorkingDirectory);

    private static INameResolver Names(
        Configuration configuration,
        SidecarRegistry registry,
        string folder,
        TimeProvider time,
        ILoggerFactory loggers
    ) =>
        configuration.NameResolution?.Sqlite is { } sqlite
            ? new SqliteNames(
                sqlite.Path.Length == 0 ? sqlite : sqlite with { Path = Path.Combine(folder, sqlite.Path) },
                time,
                loggers.CreateLogger<SqliteNames>()
            )
            : new MachineNames(registry);

    private static void Map(WebApplication web)
    {
        web.Use(Measured.HttpAsync);
        web.Use(TracedRequests.TraceAsync);
        web.Use(next => context => HttpEdge.GuardAsync(context, next));
        web.Use(EventStreams.EndWithServerAsync);
        web.Use(EscapedRouting.ReadAsync);
        web.Use(CrossOrigin.AnswerAsync);
        web.Use(Admission.AdmitAsync);
        web.Use(ApiMiddleware.RunAsync);
        web.Use(ApiLog.WriteAsync);
        web.UseRouting();
        web.Use(OfferedRoutes.CheckAsync);
        web.MapDaprService();
        web.MapGrpcService<TaskHubService>();
        web.MapState();
        web.MapPubSub();
        web.MapSecrets();
        web.MapLocks();
        web.MapConfiguration();
        web.MapConversation();
        web.MapCryptography();
        web.MapBindings();
        web.MapMetadata();
        web.MapActors();
        web.MapJobs();
        web.MapWorkflows(context => context.Sidecar().Blocks.Workflows);
        web.MapInvocation();
    }

    private static async Task StartListeningAsync(
        WebApplication web,
        List<(AppOptions App, ListenerKind Kind, int Port)> listeners,
        CancellationToken cancellation
    )
    {
        var twice = listeners.GroupBy(listener => listener.Port).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw new InvalidConfigurationException(
                "ports",
                0,
                $"port {twice.Key} is asked for twice: {string.Join(" and ", twice.Select(listener => $"{listener.Kind} of {listener.App.AppId}"))}"
            );
        }
        foreach (var (app, kind, port) in listeners)
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
        await web.StartAsync(cancellation);
    }

    [LoggerMessage(1013, LogLevel.Warning, "Ignored: {Problem} (--strict refuses it)")]
    private static partial void LogIgnored(ILogger logger, string problem);
}
