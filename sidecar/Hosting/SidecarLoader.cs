using Sidecar.Actors;
using Sidecar.Apps;
using Sidecar.Catalogue;
using Sidecar.Logging;
using Sidecar.Names;
using Sidecar.Reloading;
using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.Yaml;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Hosting;

/// <summary>Builds the sidecars of this process from the resources of their apps.</summary>
internal sealed partial class SidecarLoader(
    ServerOptions options,
    SidecarRegistry registry,
    AppDirectory directory,
    IHttpForwarder forwarder,
    TimeProvider time,
    ILoggerFactory loggers
)
{
    /// <summary>Adds the sidecars to <paramref name="sidecars"/> in the order of the apps, those before a failure as well.</summary>
    public async Task LoadAsync(List<AppOptions> apps, List<AppSidecar> sidecars, CancellationToken cancellation)
    {
        var problems = new List<YamlProblem>();
        var resources = apps.Select(app => ResourceSet.Load(app.AppId, app.ResourcesPaths, problems)).ToList();
        var configurations = apps.Select(app => ConfigurationReader.Load(app.ConfigPaths, name => SidecarVariables.Of(app, name), problems))
            .ToList();
        // all other mistakes are reported together, after the components have been read
        InvalidConfigurationException.ThrowIfAny(problems, strict: false);
        var actors = new ActorDirectory(directory, apps.Count == 1 ? registry : null);
        for (var i = 0; i < apps.Count; i++)
        {
            var own = LoggersOf(apps[i]);
            var loader = ComponentsOf(apps[i], configurations[i], own);
            var components = await loader.LoadAsync(apps[i].AppId, resources[i].Components, problems, cancellation);
            var secrets = components.Of<ISecretStore>();
            sidecars.Add(
                new AppSidecar(
                    apps[i],
                    configurations[i],
                    components,
                    resources[i],
                    EndpointResolver.Resolve(apps[i].AppId, resources[i].Endpoints, secrets, problems),
                    directory,
                    actors,
                    registry,
                    NamesOf(configurations[i], apps[i].WorkingDirectory, own),
                    forwarder,
                    time,
                    own
                )
            );
        }
        var logger = loggers.CreateLogger<SidecarLoader>();
        foreach (var warning in InvalidConfigurationException.ThrowIfAny(problems, options.Strict))
        {
            LogIgnored(logger, warning.ToString());
        }
    }

    /// <summary>Null if the app's Configuration turns hot reloading off.</summary>
    public HotReload? Follow(AppSidecar sidecar, TimeSpan interval)
    {
        var own = LoggersOf(sidecar.Options);
        return sidecar.Configuration.Features.Contains(HotReload.Feature, StringComparer.Ordinal)
            ? HotReload.Follow(sidecar, ComponentsOf(sidecar.Options, sidecar.Configuration, own), interval, time, own)
            : null;
    }

    private AppLoggers LoggersOf(AppOptions app) => new(loggers, app.LogLevel!.Value);

    private ComponentLoader ComponentsOf(AppOptions app, Configuration configuration, AppLoggers own) =>
        new(own, time, app.WorkingDirectory, denied: configuration.DeniedComponents);

    private INameResolver NamesOf(Configuration configuration, string folder, AppLoggers own) =>
        configuration.NameResolution?.Sqlite is { } sqlite
            ? new SqliteNames(
                sqlite.Path.Length == 0 ? sqlite : sqlite with { Path = Path.Combine(folder, sqlite.Path) },
                time,
                own.CreateLogger<SqliteNames>()
            )
            : new MachineNames(registry);

    [LoggerMessage(1013, LogLevel.Warning, "Ignored: {Problem} (--strict refuses it)")]
    private static partial void LogIgnored(ILogger logger, string problem);
}
