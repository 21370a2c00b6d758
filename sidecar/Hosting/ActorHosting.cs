using System.Text.Json;
using Sidecar.Actors;
using Sidecar.Apps;
using Sidecar.Components;
using Sidecar.Http;
using Sidecar.Names;
using Sidecar.Resiliency;
using Sidecar.State;

namespace Sidecar.Hosting;

/// <summary>The actors of one app, once it has reported actor types; other processes find the types in the registry.</summary>
internal sealed partial class ActorHosting : IAsyncDisposable
{
    private static readonly TimeSpan MaxDeactivation = TimeSpan.FromSeconds(2); // of all actors at the end

    private readonly AppOptions options;
    private readonly ComponentSet components;
    private readonly PolicyBook policies;
    private readonly SidecarRegistry registry;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private Announcement own;
    private volatile TaskCompletionSource registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ActorHost? current;
    private volatile bool suspended;
    private TimeSpan drain;
    private bool overStream;

    public ActorHosting(
        AppOptions options,
        ComponentSet components,
        PolicyBook policies,
        SidecarRegistry registry,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        (this.options, this.components, this.policies, this.registry, this.time, this.loggers) = (
            options,
            components,
            policies,
            registry,
            time,
            loggers
        );
        logger = loggers.CreateLogger<AppSidecar>();
        own = Announcement.Of(options.AppId, options.InternalGrpcPort);
    }

    /// <summary>Null until the app has reported actor types, and while it is unhealthy.</summary>
    public ActorHost? Host => suspended ? null : current;

    /// <summary>
    /// Completes once the app has reported its actor types, even if it has none. As in daprd, it is a new task when an app that hosts
    /// actors becomes unhealthy.
    /// </summary>
    public Task Registered => registered.Task;

    /// <summary>Registers the sidecar, which hosts no actors yet.</summary>
    public Task AnnounceAsync(CancellationToken cancellation)
    {
        Announce([]);
        return Task.CompletedTask;
    }

    /// <summary>Other processes no longer find the sidecar. Idempotent.</summary>
    public void Withdraw() => registry.Withdraw(own);

    /// <summary>Idempotent.</summary>
    public void CompleteRegistration() => registered.TrySetResult();

    /// <summary>
    /// The app is healthy: reads the actor types of an HTTP app, the first time only, and hosts them. Overdue reminders fire from now on.
    /// </summary>
    public async Task StartAppAsync(IAppChannel channel, StartupQueries queries, CancellationToken cancellation)
    {
        if (current is { } known)
        {
            if (suspended)
            {
                await known.Reminders.StartAsync(known.Hosts, cancellation);
                suspended = false;
                Announce([.. known.Types]);
            }
            return;
        }
        if (options.AppIsGrpc || queries.Skips("config"))
        {
            return;
        }
        var answer = await channel.InvokeAsync(
            new InvocationCall("GET", "dapr/config", "", null, default, [new(InvocationHeaders.AppId, options.AppId)]),
            cancellation
        );
        if (answer.Status == 200 && !answer.Body.IsEmpty && Read(answer.Body.Span) is { Types.Count: > 0 } actors)
        {
            await HostAsync(actors, new HttpActorApp(channel), cancellation);
        }
    }

    /// <summary>
    /// The app is unhealthy: its actors end, and its reminders and the calls of its sidecar wait until it is healthy again. Actors over a
    /// stream go on, as in daprd. Idempotent.
    /// </summary>
    public void Suspend()
    {
        if (current is not { } host || overStream)
        {
            return;
        }
        host.Suspend();
        if (suspended)
        {
            return;
        }
        suspended = true;
        if (registered.Task.IsCompleted)
        {
            registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        Announce([]);
    }

    /// <summary>
    /// Hosts the actors of an app that has opened a stream for them; the newest stream is the one. Dispose of the result when it ends.
    /// </summary>
    public async Task<IAsyncDisposable> HostStreamAsync(HostedActors actors, IActorApp app, CancellationToken cancellation)
    {
        overStream = true;
        var host = await HostAsync(actors, app, cancellation);
        CompleteRegistration();
        return new Hosted(this, host);
    }

    /// <summary>
    /// Gives the running calls of actors the time that the app has named for them, then cancels them. Calls that begin later have no time.
    /// </summary>
    public async Task DrainAsync()
    {
        if (Host is { } host)
        {
            (var limit, drain) = (drain, TimeSpan.Zero);
            await host.DrainAsync(limit);
        }
    }

    /// <summary>Deactivates the actors while the app still runs, after their running calls.</summary>
    public async Task DeactivateAsync()
    {
        if (Host is { } host)
        {
            await DrainAsync();
            using var limit = new CancellationTokenSource(MaxDeactivation, time);
            await host.DeactivateAllAsync(limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Withdraw();
        await (current?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private void Announce(IReadOnlyList<string> actorTypes) => registry.Announce(own = own with { ActorTypes = actorTypes });

    /// <summary>Null if the answer can't be read.</summary>
    private HostedActors? Read(ReadOnlySpan<byte> answer)
    {
        try
        {
            return ActorTypes.Parse(answer);
        }
        catch (JsonException e)
        {
            LogUnreadable(e, options.AppId);
            return null;
        }
    }

    /// <summary>Null without a store for actors: the types then stay unknown, as in daprd.</summary>
    private async Task<ActorHost?> HostAsync(HostedActors actors, IActorApp app, CancellationToken cancellation)
    {
        var types = actors.Types;
        if (components.ActorStateStore?.Store is not ITransactionalStateStore store)
        {
            LogNoActorStore(options.AppId, string.Join(", ", types.Select(type => type.Type)));
            return null;
        }
        var host = new ActorHost(options.AppId, types, app, store, policies, time, loggers);
        var before = current;
        current = host;
        drain = actors.Drain;
        if (before is not null)
        {
            await before.DisposeAsync();
        }
        try
        {
            await host.Reminders.StartAsync(host.Hosts, cancellation);
        }
        catch
        {
            // Removes a partial host: the next attempt creates a new one.
            current = null;
            await host.DisposeAsync();
            throw;
        }
        Announce([.. types.Select(type => type.Type)]);
        return host;
    }

    private sealed class Hosted(ActorHosting actors, ActorHost? host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (host is not null && ReferenceEquals(actors.current, host))
            {
                actors.current = null;
                actors.Announce([]);
                await host.DisposeAsync();
            }
        }
    }

    [LoggerMessage(1008, LogLevel.Error, "The answer of app {AppId} to GET /dapr/config can't be read; it hosts no actors")]
    private partial void LogUnreadable(Exception failure, string appId);

    [LoggerMessage(
        1005,
        LogLevel.Warning,
        "App {AppId} wants to host actors ({Types}), but no state store is flagged actorStateStore; they are not hosted"
    )]
    private partial void LogNoActorStore(string appId, string types);
}
