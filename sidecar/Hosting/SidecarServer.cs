using Sidecar.Api;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Metrics;
using Sidecar.Names;
using Sidecar.Reloading;
using Sidecar.Resiliency;
using Sidecar.Workflows;
using Sidecar.Workflows.Api;
using Sidecar.Yaml;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Hosting;

/// <summary>The web server with the ports of all sidecars of this process. The port of a connection determines the sidecar.</summary>
internal sealed class SidecarServer : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly AppDirectory directory;
    private readonly IDisposable? reservation;
    private readonly SidecarLoader loader;

    private SidecarServer(
        WebApplication web,
        IReadOnlyList<AppSidecar> sidecars,
        AppDirectory directory,
        IDisposable? reservation,
        SidecarLoader loader
    ) => (this.web, Sidecars, this.directory, this.reservation, this.loader) = (web, sidecars, directory, reservation, loader);

    public IReadOnlyList<AppSidecar> Sidecars { get; }

    public IHostApplicationLifetime Lifetime => web.Lifetime;

    /// <summary>
    /// Loads all resources, waits for <paramref name="beforeListening"/>, then listens. Reports all mistakes in all resources together,
    /// before anything has started.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">Resources are wrong, or a port is taken.</exception>
    /// <exception cref="Sqlite.SqliteFileException">A store can't be read.</exception>
    public static async Task<SidecarServer> StartAsync(
        ServerOptions options,
        Action<ILoggingBuilder> logging,
        CancellationToken cancellation,
        Task? beforeListening = null
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
            grpc.Interceptors.Add<MetricsInterceptor>();
            grpc.Interceptors.Add<GrpcSpans>();
            grpc.Interceptors.Add<GrpcEdge>();
            grpc.IgnoreUnknownServices = true;
            grpc.MaxReceiveMessageSize = null; // each app's own limit is set on its requests
            grpc.MaxSendMessageSize = null;
        });
        builder
            .Services.AddSingleton(TimeProvider.System)
            .AddSingleton<ApiLog>()
            .AddSingleton<RunningRequests>()
            .AddDaprService()
            .AddSingleton<TaskHubService>()
            .AddSingleton<IWorkflowEngines, CallerEngines>()
            .AddSingleton(services => ActivatorUtilities.CreateInstance<ShutdownRequests>(services, options.OwnsProcess));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Apps.Max(app => app.GracefulShutdown));

        var time = TimeProvider.System;
        var directory = new AppDirectory();
        var listeners = new ServerListeners();
        var apps = options.Apps.Select(listeners.Add).ToList();
        List<AppSidecar> sidecars = []; // in the order of the apps
        builder.Services.AddSingleton(_ => new MetricsExport(
            sidecars
                .Where(sidecar => sidecar.Options.MetricsPort > 0 && sidecar.Configuration.Metrics.Enabled)
                .Select(sidecar => (sidecar.Options.AppId, sidecar.Configuration.Metrics)),
            [SidecarMeter.Name, PolicyMeter.Name, WorkflowMeter.Name]
        ));
        builder.WebHost.ConfigureKestrel(kestrel => listeners.Configure(kestrel, app => sidecars[apps.IndexOf(app)]));
        var web = builder.Build();
        var loggers = web.Services.GetRequiredService<ILoggerFactory>();
        var registry = new SidecarRegistry(options.RegistryFolder);
        var forwarder = web.Services.GetRequiredService<IHttpForwarder>();
        var loader = new SidecarLoader(options, registry, directory, forwarder, time, loggers);
        var reservation = apps is [var sole] ? registry.Reserve(sole.AppId) : null; // systems of several apps may run side by side
        try
        {
            await loader.LoadAsync(apps, sidecars, cancellation);
            if (apps.Any(app => app.MetricsPort > 0))
            {
                web.Services.GetRequiredService<MetricsExport>(); // counts from here on
            }
            RequestPipeline.Map(web);
            await (beforeListening ?? Task.CompletedTask);
            listeners.DemandFree();
            await web.StartAsync(cancellation);
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
        var server = new SidecarServer(web, sidecars, directory, reservation, loader);
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

    /// <summary>Starts to reload the app's resources when their files change; null if its Configuration turns that off.</summary>
    public HotReload? FollowResources(AppSidecar sidecar, TimeSpan interval) => loader.Follow(sidecar, interval);

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in Sidecars)
        {
            await sidecar.LeaveAsync();
            await sidecar.QuiesceAsync();
            await sidecar.EndWorkAsync();
        }
        await web.Services.GetRequiredService<RunningRequests>().StopAsync(web);
        foreach (var sidecar in Sidecars)
        {
            directory.Remove(sidecar);
            await sidecar.DisposeAsync();
        }
        await web.DisposeAsync();
        reservation?.Dispose();
    }
}
