using System.Collections.Concurrent;
using System.Net.Sockets;
using Sidecar.Actors;
using Sidecar.Api;
using Sidecar.Apps;
using Sidecar.Bindings;
using Sidecar.Components;
using Sidecar.ConfigurationStores;
using Sidecar.Invocation;
using Sidecar.Jobs;
using Sidecar.Locks;
using Sidecar.Middleware;
using Sidecar.Names;
using Sidecar.PubSub.Publishing;
using Sidecar.PubSub.Subscribing;
using Sidecar.Resiliency;
using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.State;
using Sidecar.State.Drivers;
using Sidecar.Tracing;
using Sidecar.Workflows;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Hosting;

/// <summary>
/// The sidecar of one app: its building blocks, with its own identity, components, scopes and tokens. Several live in a process
/// and share nothing but threads and the files their components name.
/// </summary>
internal sealed partial class AppSidecar : IAsyncDisposable
{
    private static readonly TimeSpan FirstProbes = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDeactivation = TimeSpan.FromSeconds(2); // of all actors at the end

    private readonly ILogger logger;
    private readonly ILoggerFactory loggers;
    private readonly TimeProvider time;
    private readonly IReadOnlyList<TopicSubscription> declared;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource well = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource unwell = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool noMoreEvents;
    private Task connection = Task.CompletedTask;

    public AppSidecar(AppOptions options, Configuration configuration, ComponentSet components, ResourceSet resources, AppDirectory directory, INameResolver names, IHttpForwarder forwarder, TimeProvider time, ILoggerFactory loggers)
    {
        (Options, Configuration, Components, Names, this.time) = (options, configuration, components, names, time);
        // A later subscription of the same name takes the place of the earlier one.
        declared = [.. resources.Subscriptions.Where(subscription => subscription.AppliesTo(options.AppId)).Reverse().DistinctBy(subscription => subscription.Name).Reverse().Select(TopicSubscription.From)];
        Endpoints = [.. resources.Endpoints.Where(endpoint => endpoint.AppliesTo(options.AppId))];
        logger = loggers.CreateLogger<AppSidecar>();
        Tracer = new Tracer(options.AppId, configuration.Tracing.Completed(Environment.GetEnvironmentVariable), loggers);
        Policies = new PolicyBook(options.AppId, resources.Resiliency, time);
        PubSub = new PubSubApi(options.AppId, components, Policies, Tracer, time);
        Outbox = new Outbox(options.AppId, components, PubSub, time, loggers.CreateLogger<Outbox>());
        State = new StateApi(options.AppId, components, Outbox, Policies, time);
        Locks = new LockApi(components, Policies);
        ConfigurationItems = new ConfigurationApi(components, Policies);
        Bindings = new BindingsApi(components, Policies);
        InputBindings = new InputBindings(options.AppId, components, Policies, Bindings, Tracer, loggers.CreateLogger<InputBindings>());
        Secrets = new SecretsApi(components, configuration.SecretScopes);
        Access = new AccessPolicy(configuration.AccessControl, !options.AppIsGrpc);
        Invoker = new ServiceInvoker(options, Endpoints, directory, names, forwarder, Policies, time);
        Actors = new ActorApi(options.AppId, components, Policies, () => ActorHost, () => Well, directory, names, time);
        this.loggers = loggers;
        Subscriptions = new SubscriptionManager(options.AppId, components, Policies, Tracer, time, loggers);
        if (components.ActorStateStore?.Store is ITransactionalStateStore and IKeyListing and var store)
        {
            Workflows = new WorkflowEngine(options.AppId, (ITransactionalStateStore)store, time, loggers,
                new WorkflowEngineOptions(LargestWorkItem(options)) { Limits = configuration.Workflow.Limits, Retention = configuration.Workflow.Retention }, new LocalPeers(directory), Tracer);
        }
        // daprd keeps jobs in its scheduler, which there is none of here; without a durable store they last as long as the process.
        var jobs = new JobStore(options.AppId, components.ActorStateStore?.Store is ITransactionalStateStore and IKeyListing and var durable ? (ITransactionalStateStore)durable : new InMemoryStateStore(time));
        JobService = new JobService(options.AppId, jobs, time, loggers.CreateLogger<JobService>());
        Jobs = new JobApi(options.AppId, jobs, JobService, time);
        ApiPipeline = new HttpPipeline(configuration.ApiPipeline, components, logger);
        AppPipeline = new HttpPipeline(configuration.AppPipeline, components, logger);
        if (options.AppPort > 0)
        {
            Client = new AppClient(options, AppPipeline);
            Channel = options.AppIsGrpc ? new GrpcAppChannel(Client, options) : new HttpAppChannel(Client, options);
        }
    }

    public AppOptions Options { get; }

    public Configuration Configuration { get; }

    public Tracer Tracer { get; }

    public PolicyBook Policies { get; }

    public ComponentSet Components { get; }

    public IReadOnlyList<HttpEndpoint> Endpoints { get; }

    public StateApi State { get; }

    public PubSubApi PubSub { get; }

    public SecretsApi Secrets { get; }

    public LockApi Locks { get; }

    public ConfigurationApi ConfigurationItems { get; }

    public BindingsApi Bindings { get; }

    public ServiceInvoker Invoker { get; }

    public SubscriptionManager Subscriptions { get; }

    public AccessPolicy Access { get; }

    /// <summary>The middleware in front of the HTTP API, and that in front of an HTTP app.</summary>
    public HttpPipeline ApiPipeline { get; }

    public HttpPipeline AppPipeline { get; }

    /// <summary>How it finds sidecars of other processes, and is found by them.</summary>
    public INameResolver Names { get; }

    public ActorApi Actors { get; }

    public JobApi Jobs { get; }

    /// <summary>The actors of the app; null until it has said that it hosts any.</summary>
    public ActorHost? ActorHost { get; private set; }

    /// <summary>Null when the app has no store flagged actorStateStore.</summary>
    public WorkflowEngine? Workflows { get; }

    /// <summary>The way to the app; null for a sidecar without one.</summary>
    public IAppChannel? Channel { get; }

    public AppClient? Client { get; }

    /// <summary>What the app or an operator has put beside the metadata; lost with the process, as in daprd.</summary>
    public ConcurrentDictionary<string, string> ExtendedMetadata { get; } = new(StringComparer.Ordinal);

    /// <summary>True once the app listens and, unless its health is watched, its subscriptions run. It stays so when the app falls ill.</summary>
    public bool Ready { get; private set; }

    /// <summary>Whether the app is to be called: always so without health checks, otherwise while it passes them.</summary>
    public bool AppIsWell { get; private set; }

    /// <summary>Completes when the app is next found to be unwell.</summary>
    public Task Unwell => unwell.Task;

    /// <summary>Completes when <see cref="Ready"/> becomes true for the first time; faults when the app can't be asked what it wants.</summary>
    public Task Well => well.Task;

    private Outbox Outbox { get; }

    private InputBindings InputBindings { get; }

    private JobService JobService { get; }

    /// <summary>How the app is told of changes to configuration items it follows over HTTP.</summary>
    public ConfigurationListener ConfigurationListener(string store)
        => Channel is null ? throw DaprErrors.NoAppToTell() : new AppNotifier(store, Channel, stopping.Token, loggers.CreateLogger<AppNotifier>()).NotifyAsync;

    /// <summary>Opens the building blocks and begins to wait for the app; the API must be reachable by now.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Subscriptions.Declare(declared);
        await Outbox.StartAsync(cancellation);
        if (Workflows is not null)
        {
            await Workflows.StartAsync(cancellation);
        }
        connection = Task.Run(async () =>
        {
            try
            {
                await ConnectAsync(stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                well.TrySetCanceled();
            }
            catch (Exception e)
            {
                LogConnectionFailed(e, Options.AppId);
                well.TrySetException(e);
            }
        }, CancellationToken.None);
    }

    /// <summary>Ends the streams of workflow workers, which would otherwise keep the server from stopping.</summary>
    public ValueTask EndWorkAsync() => Workflows?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Stops taking events; the app may still call the API and finish its work.</summary>
    public async Task QuiesceAsync()
    {
        var wasReady = Ready;
        Ready = false;
        await stopping.CancelAsync();
        await StopEventsAsync();
        if (wasReady && ActorHost is { } host)
        {
            using var limit = new CancellationTokenSource(LongestDeactivation, time);
            await host.DeactivateAllAsync(limit.Token);
        }
    }

    /// <summary>No events from now on, while everything else goes on.</summary>
    public async Task StopEventsAsync()
    {
        noMoreEvents = true;
        JobService.StopApp();
        await InputBindings.StopAsync();
        await Subscriptions.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await QuiesceAsync();
        await connection;
        await Subscriptions.DisposeAsync();
        await JobService.DisposeAsync();
        await ConfigurationItems.DisposeAsync();
        if (ActorHost is not null)
        {
            await ActorHost.DisposeAsync();
        }
        await Outbox.DisposeAsync();
        await Components.DisposeAsync();
        await Names.DisposeAsync();
        (Channel as IDisposable)?.Dispose();
        Client?.Dispose();
        Invoker.Dispose();
        Tracer.Dispose();
        stopping.Dispose();
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        if (Channel is null)
        {
            Ready = AppIsWell = true;
            well.TrySetResult();
            return;
        }
        await PortOpenAsync(cancellation);
        if (Options.AppHealthCheck)
        {
            Ready = true;
            await WatchHealthAsync(cancellation);
        }
        else
        {
            await SubscribeAsync(cancellation);
            Ready = true;
            well.TrySetResult();
        }
    }

    /// <summary>Asks an HTTP app which actor types it hosts; reminders that came due meanwhile fire from here on.</summary>
    private async Task HostActorsAsync(CancellationToken cancellation)
    {
        if (Options.AppIsGrpc || ActorHost is not null || Skips("config"))
        {
            return;
        }
        var answer = await Channel!.InvokeAsync(new InvocationCall("GET", "dapr/config", "", null, default, [new(InvocationHeaders.AppId, Options.AppId)]), cancellation);
        if (answer.Status != 200 || answer.Body.IsEmpty || ActorTypes.Parse(answer.Body.Span) is not { Count: > 0 } types)
        {
            return;
        }
        await HostAsync(types, new HttpActorApp(Channel), cancellation);
    }

    /// <summary>Hosts the actors of an app that has opened a stream for them; the newest stream is the one. Dispose of the result when it ends.</summary>
    public async Task<IAsyncDisposable> HostActorsAsync(IReadOnlyList<ActorTypeOptions> types, IActorApp app, CancellationToken cancellation)
        => new Hosted(this, await HostAsync(types, app, cancellation));

    /// <summary>Null without a store for actors: the types stay unknown then, as in daprd.</summary>
    private async Task<ActorHost?> HostAsync(IReadOnlyList<ActorTypeOptions> types, IActorApp app, CancellationToken cancellation)
    {
        if (Components.ActorStateStore?.Store is not ITransactionalStateStore store)
        {
            LogNoActorStore(Options.AppId, string.Join(", ", types.Select(type => type.Type)));
            return null;
        }
        var host = new ActorHost(Options.AppId, types, app, store, Policies, time, loggers);
        var before = ActorHost;
        ActorHost = host;
        if (before is not null)
        {
            await before.DisposeAsync();
        }
        await host.StartAsync(cancellation);
        Names.AnnounceActors([.. types.Select(type => type.Type)]);
        return host;
    }

    private sealed class Hosted(AppSidecar sidecar, ActorHost? host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (host is not null && ReferenceEquals(sidecar.ActorHost, host))
            {
                sidecar.ActorHost = null;
                sidecar.Names.AnnounceActors([]);
                await host.DisposeAsync();
            }
        }
    }

    private async Task SubscribeAsync(CancellationToken cancellation)
    {
        await HostActorsAsync(cancellation);
        var wanted = declared.Concat(Components.PubSubs.Count > 0 && !Skips("subscribe") ? await Channel!.GetSubscriptionsAsync(cancellation) : []);
        AppIsWell = true;
        if (!noMoreEvents)
        {
            await Subscriptions.StartAsync(wanted, Channel!, cancellation);
            await InputBindings.StartAsync(Channel!, cancellation);
            await JobService.StartAppAsync(Channel!, cancellation);
        }
        LogReady(Options.AppId);
    }

    /// <summary>A limit that somebody has chosen holds for the streams of workflow workers too; by default they carry more.</summary>
    private static int? LargestWorkItem(AppOptions options)
        => options.MaxBodySize is AppOptions.DefaultMaxBodySize or <= 0 ? null : (int)Math.Min(options.MaxBodySize, int.MaxValue);

    private bool Skips(string question)
    {
        if (!Options.DisabledInitEndpoints.Contains(question))
        {
            return false;
        }
        LogSkipped(question == "config" ? "dapr configuration" : "subscription");
        return true;
    }

    /// <summary>No signal tells that another process listens; asking every few milliseconds is what there is.</summary>
    private async Task PortOpenAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(25), time);
        do
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(Options.AppChannelAddress, Options.AppPort, cancellation);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private async Task WatchHealthAsync(CancellationToken cancellation)
    {
        // Until the app is well for the first time nothing but waiting happens, so it is asked more often.
        using var timer = new PeriodicTimer(FirstProbes, time);
        var failures = 0;
        do
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Options.AppHealthProbeTimeout);
            if (await Channel!.ProbeAsync(limit.Token))
            {
                failures = 0;
                if (!AppIsWell)
                {
                    await SubscribeAsync(cancellation);
                    timer.Period = Options.AppHealthProbeInterval;
                    well.TrySetResult();
                }
            }
            else if (++failures == Options.AppHealthThreshold && AppIsWell)
            {
                LogUnhealthy(Options.AppId, failures);
                AppIsWell = false;
                Interlocked.Exchange(ref unwell, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
                JobService.StopApp();
                await InputBindings.StopAsync();
                await Subscriptions.StopAsync();
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    [LoggerMessage(1001, LogLevel.Information, "App {AppId} is ready")]
    private partial void LogReady(string appId);

    [LoggerMessage(1004, LogLevel.Warning, "Skipping programmatic {Question} loading (see flag 'disable-init-endpoints')")]
    private partial void LogSkipped(string question);

    [LoggerMessage(1005, LogLevel.Warning, "App {AppId} wants to host actors ({Types}), but no state store is flagged actorStateStore; they are not hosted")]
    private partial void LogNoActorStore(string appId, string types);

    [LoggerMessage(1003, LogLevel.Error, "App {AppId} could not be asked what it subscribes to")]
    private partial void LogConnectionFailed(Exception failure, string appId);

    [LoggerMessage(1002, LogLevel.Warning, "App {AppId} failed {Failures} health probes; its subscriptions pause until it is well again")]
    private partial void LogUnhealthy(string appId, int failures);
}
