using Sidecar.Catalogue;
using Sidecar.Loops;
using Sidecar.Resources;
using Sidecar.Yaml;

namespace Sidecar.Reloading;

/// <summary>
/// Applies changes of resource files to a running sidecar. Components and subscriptions change one by one; other kinds of resources and the
/// store of the actors require a restart of the sidecar. Source: daprd's feature <c>HotReload</c>.
/// </summary>
internal sealed partial class HotReload : IAsyncDisposable
{
    public const string Feature = "HotReload";

    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(60);

    private readonly IReloadable sidecar;
    private readonly ComponentLoader loader;
    private readonly ILogger logger;
    private readonly TaskCompletionSource restart = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundLoop following;

    private HotReload(IReloadable sidecar, ComponentLoader loader, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        (this.sidecar, this.loader, this.logger) = (sidecar, loader, logger);
        following = BackgroundLoop.Start(
            $"Hot reload of {sidecar.Options.AppId}",
            stopping => FollowAsync(interval, time, stopping),
            time,
            logger
        );
    }

    /// <summary>Completes when the sidecar has to restart; faults with the reason that ends it; is cancelled by disposal.</summary>
    public Task Restart => restart.Task;

    /// <summary>Dispose of it before the sidecar.</summary>
    public static HotReload Follow(
        IReloadable sidecar,
        ComponentLoader loader,
        TimeSpan interval,
        TimeProvider time,
        ILoggerFactory loggers
    ) => new(sidecar, loader, interval, time, loggers.CreateLogger<HotReload>());

    public async ValueTask DisposeAsync()
    {
        await following.DisposeAsync();
        restart.TrySetCanceled();
    }

    private async Task FollowAsync(TimeSpan interval, TimeProvider time, CancellationToken cancellation)
    {
        using var watch = new ResourceWatch(sidecar.Options.ResourcesPaths, interval, time);
        if (watch.Failure is { } failure)
        {
            LogUnwatched(failure, interval);
        }
        try
        {
            while (Read() is not { } resources || !await IsNewBeginningAsync(resources, cancellation))
            {
                await watch.NextAsync(cancellation);
            }
            restart.TrySetResult();
        }
        catch (InvalidConfigurationException e)
        {
            restart.TrySetException(e);
        }
    }

    /// <summary>Null if the files cannot be read, which may be because they are being written: the sidecar stays unchanged.</summary>
    private ResourceSet? Read()
    {
        var problems = new List<YamlProblem>();
        var resources = ResourceSet.Read(sidecar.Options.ResourcesPaths, problems);
        if (problems.Exists(problem => problem.Severity != Severity.IgnoredField))
        {
            LogUnreadable(string.Join("; ", problems));
            return null;
        }
        var twins = resources.Duplicates(sidecar.Options.AppId).ToList();
        return twins.Count > 0 ? throw new InvalidConfigurationException(twins) : resources;
    }

    private async Task<bool> IsNewBeginningAsync(ResourceSet resources, CancellationToken cancellation)
    {
        var changes = ResourceChanges.Between(sidecar.Options.AppId, sidecar.Resources, resources);
        if (resources.RestartResources.ChangedSince(sidecar.Resources.RestartResources) is { Count: > 0 } others)
        {
            LogOthers(string.Join(", ", others));
            return true;
        }
        if (changes.AwaitedStore() is { } awaited)
        {
            LogAwaitedStore(awaited.Name);
            return true;
        }
        if (sidecar.ActorStore is { } store && !changes.Touched.Any(component => component.Name == store.Name))
        {
            foreach (var second in changes.Added.Where(IsActorStore))
            {
                LogSecondActorStore(second.Name, store.Name);
                changes = changes.Without(second);
            }
        }
        if (
            changes.Touched.FirstOrDefault(component => component.Name == sidecar.ActorStore?.Name || IsActorStore(component)) is
            { } touched
        )
        {
            LogActorStore(touched.Name);
            return true;
        }
        await sidecar.ChangeAsync(changes, loader, cancellation);
        return false;
    }

    private static bool IsActorStore(Component component) =>
        component.Type.StartsWith("state.", StringComparison.Ordinal)
        && component.Metadata.Any(item => item.Name.Equals("actorStateStore", StringComparison.OrdinalIgnoreCase));

    [LoggerMessage(1305, LogLevel.Warning, "Resource files can't be watched ({Failure}); they are looked at every {Interval}")]
    private partial void LogUnwatched(string failure, TimeSpan interval);

    [LoggerMessage(1301, LogLevel.Warning, "Resource files can't be taken up as they are now: {Problems}")]
    private partial void LogUnreadable(string problems);

    [LoggerMessage(1302, LogLevel.Information, "Changed: {Resources} - triggering SIGHUP reload")]
    private partial void LogOthers(string resources);

    [LoggerMessage(1303, LogLevel.Information, "Actor state store {Component} changed - the sidecar restarts")]
    private partial void LogActorStore(string component);

    [LoggerMessage(1306, LogLevel.Information, "Components refer to the new secret store {Store} - the sidecar restarts")]
    private partial void LogAwaitedStore(string store);

    [LoggerMessage(
        1304,
        LogLevel.Error,
        "Skipping hot reload of {Second}: {Store} is already the actor state store, only one actor state store is allowed"
    )]
    private partial void LogSecondActorStore(string second, string store);
}
