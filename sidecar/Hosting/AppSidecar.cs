using System.Collections.Concurrent;
using Sidecar.Actors;
using Sidecar.Api;
using Sidecar.Apps;
using Sidecar.Bindings;
using Sidecar.Catalogue;
using Sidecar.Components;
using Sidecar.ConfigurationStores;
using Sidecar.Conversation;
using Sidecar.Cryptography;
using Sidecar.Failures;
using Sidecar.Invocation;
using Sidecar.Jobs;
using Sidecar.Locks;
using Sidecar.Metrics;
using Sidecar.Middleware;
using Sidecar.Names;
using Sidecar.PubSub.Publishing;
using Sidecar.PubSub.Subscribing;
using Sidecar.Reloading;
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
/// The sidecar of one app: its building blocks, with its own identity, components, scopes and tokens. Several sidecars share a process, its
/// threads and the files that their components name, and nothing else.
/// </summary>
internal sealed partial class AppSidecar : IAppSidecar, IReloadable, IAsyncDisposable
{
    private readonly ILogger logger;
    private readonly ILoggerFactory loggers;
    private readonly AppDirectory directory;
    private readonly AppReadiness readiness = new();
    private readonly ActorHosting actors;
    private readonly ActorTimers timers;
    private readonly AppEvents events;
    private readonly AppConnection connection;
    private readonly ComponentReload reload;
    private readonly JobService jobs;
    private readonly IReadOnlyList<SidecarPart> parts; // in the order of their start

    public AppSidecar(
        AppOptions options,
        Configuration configuration,
        ComponentSet components,
        ResourceSet resources,
        IReadOnlyList<HttpEndpoint> endpoints,
        AppDirectory directory,
        ActorDirectory actorTypes,
        SidecarRegistry registry,
        INameResolver names,
        IHttpForwarder forwarder,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        (Options, Configuration, Components, Resources, Endpoints, Names, this.directory, this.loggers) = (
            options,
            configuration,
            components,
            resources,
            endpoints,
            names,
            directory,
            loggers
        );
        ReportedComponents = components.Loaded;
        logger = loggers.CreateLogger<AppSidecar>();
        Tracer = new Tracer(options.AppId, configuration.Tracing.Completed(Environment.GetEnvironmentVariable), loggers);
        Policies = new PolicyBook(options.AppId, resources.Resiliency, time);
        Access = new AccessPolicy(configuration.AccessControl, !options.AppIsGrpc);
        ApiPipeline = new HttpPipeline(configuration.ApiPipeline, components, logger);
        AppPipeline = new HttpPipeline(configuration.AppPipeline, components, logger);
        if (options.AppPort > 0)
        {
            Client = new AppClient(options, AppPipeline, configuration.Metrics, time);
            Channel = options.AppIsGrpc
                ? new GrpcAppChannel(Client, options, loggers.CreateLogger<GrpcAppChannel>())
                : new HttpAppChannel(Client, options);
        }
        actors = new ActorHosting(options, components, Policies, registry, time, loggers);
        var router = new ActorRouter(options.AppId, actorTypes, Policies, time);
        timers = new ActorTimers(options.AppId, router, time, loggers.CreateLogger<ActorTimers>());
        var pubsub = new PubSubApi(options.AppId, components, Policies, Tracer, time);
        var outbox = new Outbox(options.AppId, components, pubsub, time, loggers.CreateLogger<Outbox>());
        var bindings = new BindingsApi(options.AppId, components, Policies, time);
        var inputs = new InputBindings(
            options.AppId,
            options.BindingOptionsTimeout,
            components,
            Policies,
            bindings,
            Tracer,
            time,
            loggers.CreateLogger<InputBindings>()
        );
        var durable = components.ActorStateStore?.Store is ITransactionalStateStore and IKeyListing and var store
            ? (ITransactionalStateStore)store
            : null;
        // daprd keeps jobs in its scheduler, which does not exist here; without a durable store jobs last as long as the process.
        var jobStore = new JobStore(options.AppId, durable ?? new InMemoryStateStore(time));
        jobs = new JobService(options.AppId, jobStore, time, loggers.CreateLogger<JobService>());
        var workflows = new WorkflowEngineOptions(LargestWorkItem(options))
        {
            LargestBody = options.MaxBodySize > 0 ? options.MaxBodySize : null,
            Limits = configuration.Workflow.Limits,
            Retention = configuration.Workflow.Retention,
        };
        Blocks = new BuildingBlocks
        {
            State = new StateApi(options.AppId, components, outbox, Policies, time),
            PubSub = pubsub,
            Subscriptions = new SubscriptionManager(
                options.AppId,
                components,
                new PumpFactory(options.AppId, components, Policies, Tracer, options.GracefulShutdown, time, loggers),
                time,
                loggers.CreateLogger<SubscriptionManager>()
            ),
            Secrets = new SecretsApi(options.AppId, components, configuration.SecretScopes, Policies, time),
            Conversation = new ConversationApi(options.AppId, components, Policies, time),
            Cryptography = new CryptographyApi(options.AppId, components, Policies, time),
            Locks = new LockApi(components, Policies),
            ConfigurationItems = new ConfigurationApi(options.AppId, components, Policies, time),
            Bindings = bindings,
            Invoker = new ServiceInvoker(options, Endpoints, directory, names, forwarder, Policies, time),
            Actors = new ActorApi(
                options.AppId,
                new ActorState(options.AppId, components, Policies, configuration.Features.Contains("ActorStateTTL")),
                Policies,
                () => actors.Host,
                () => actors.Registered,
                router,
                timers,
                time
            ),
            Jobs = new JobApi(options.AppId, jobStore, jobs, time),
            Workflows = durable is null ? null : new WorkflowEngine(options.AppId, durable, time, loggers, workflows, directory, Tracer),
        };
        var queries = new StartupQueries(options, logger);
        events = new AppEvents(options, resources, components, Blocks.Subscriptions, inputs, jobs, Channel, readiness, queries, logger);
        connection = new AppConnection(options, Channel, readiness, actors, events, queries, CloseBreakers, time, logger);
        reload = new ComponentReload(options, components, Blocks.Subscriptions, inputs, outbox, logger);
        parts =
        [
            SidecarPart.Of(Tracer),
            SidecarPart.Of(Blocks.Invoker),
            SidecarPart.Of(Client),
            SidecarPart.Of(Channel as IDisposable),
            SidecarPart.Of(names),
            SidecarPart.Of(components, _ => CountComponents()),
            SidecarPart.Of(outbox, outbox.StartAsync),
            .. Blocks.Workflows is { } engine ? [SidecarPart.Of(engine, engine.StartAsync)] : (SidecarPart[])[],
            SidecarPart.Of(actors, actors.AnnounceAsync),
            SidecarPart.Of(timers),
            SidecarPart.Of(Blocks.ConfigurationItems),
            SidecarPart.Of(events, events.DeclareAsync),
            SidecarPart.Of(connection, connection.StartAsync),
        ];
    }

    public AppOptions Options { get; }

    public Configuration Configuration { get; }

    public BuildingBlocks Blocks { get; }

    public ServiceInvoker Invoker => Blocks.Invoker;

    public ComponentSet Components { get; }

    public IReadOnlyList<LoadedComponent> ReportedComponents { get; private set; }

    public IReadOnlyList<HttpEndpoint> Endpoints { get; }

    public ResourceSet Resources { get; private set; }

    public Component? ActorStore => Components.ActorStateStoreResource;

    public Tracer Tracer { get; }

    public PolicyBook Policies { get; }

    public AccessPolicy Access { get; }

    public HttpPipeline ApiPipeline { get; }

    public HttpPipeline AppPipeline { get; }

    /// <summary>Finds sidecars of other processes and registers this one.</summary>
    public INameResolver Names { get; }

    public IAppChannel? Channel { get; }

    public AppClient? Client { get; }

    public ConcurrentDictionary<string, string> ExtendedMetadata { get; } = new(StringComparer.Ordinal);

    public ActorHost? ActorHost => actors.Host;

    public Task ActorsRegistered => actors.Registered;

    public bool Ready => readiness.Ready;

    public bool AppIsHealthy => readiness.IsHealthy;

    public Task FirstHealthy => readiness.FirstHealthy;

    /// <summary>Completes when the app is next found to be unhealthy.</summary>
    public Task Unhealthy => readiness.Unhealthy;

    public ConfigurationListener ConfigurationListener(string store) =>
        Channel is null
            ? throw ConfigurationErrors.NoAppChannel()
            : new AppNotifier(store, Channel, Policies, connection.Stopping, loggers.CreateLogger<AppNotifier>()).NotifyAsync;

    public Task<IAsyncDisposable> HostActorsAsync(HostedActors hosted, IActorApp app, CancellationToken cancellation) =>
        actors.HostStreamAsync(hosted, app, cancellation);

    /// <summary>Waits for the running calls of actors, for the time that the app has named. The sidecar goes on.</summary>
    public Task DrainActorsAsync() => actors.DrainAsync();

    /// <summary>The app's process has been started again.</summary>
    public void AppRestarted() => connection.AppRestarted();

    /// <summary>Opens the building blocks and begins to wait for the app; the API must be reachable by now.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var part in parts)
        {
            await part.StartAsync(cancellation);
        }
    }

    public async Task ChangeAsync(ResourceChanges changes, ComponentLoader loader, CancellationToken cancellation)
    {
        await events.ChangeAsync(
            async () =>
            {
                await reload.ApplyAsync(changes, loader, cancellation);
                Resources = changes.Resources;
            },
            changes.Resources,
            cancellation
        );
        ReportedComponents = Components.Loaded;
    }

    /// <summary>Other processes no longer find it.</summary>
    public async Task LeaveAsync()
    {
        actors.Withdraw();
        await Names.DisposeAsync();
    }

    /// <summary>Ends the streams of workflow workers, which would otherwise keep the server from stopping.</summary>
    public async ValueTask EndWorkAsync()
    {
        await (Blocks.Workflows?.DisposeAsync() ?? ValueTask.CompletedTask);
        await jobs.DisposeAsync();
    }

    /// <summary>Stops taking events; the app may still call the API and finish its work.</summary>
    public async Task QuiesceAsync()
    {
        var wasReady = readiness.End();
        await connection.StopAsync();
        actors.CompleteRegistration(); // calls do not wait for the app any more
        await StopEventsAsync();
        timers.Stop(); // a tick would activate its actor again
        if (wasReady)
        {
            await actors.DeactivateAsync();
        }
    }

    /// <summary>Stops the delivery of events; everything else continues.</summary>
    public Task StopEventsAsync() => events.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await QuiesceAsync();
        foreach (var part in parts.Reverse())
        {
            await part.EndAsync();
        }
    }

    private Task CountComponents()
    {
        foreach (var component in Components.Loaded)
        {
            ComponentMeter.Loaded(Options.AppId, component.Resource.Type);
        }
        return Task.CompletedTask;
    }

    /// <summary>The breakers of calls to the app have counted failures of its previous process.</summary>
    private void CloseBreakers()
    {
        LogReturned(Options.AppId);
        Policies.CloseInbound();
        foreach (var caller in directory.All)
        {
            caller.Policies.CloseFor(Options.AppId, actors.Host?.Types ?? []);
        }
    }

    /// <summary>A configured limit applies to the streams of workflow workers too; the default for them is higher.</summary>
    private static int? LargestWorkItem(AppOptions options) =>
        options.MaxBodySize is AppOptions.DefaultMaxBodySize or <= 0 ? null : (int)Math.Min(options.MaxBodySize, int.MaxValue);

    [LoggerMessage(1007, LogLevel.Information, "App {AppId} answers again after its restart; circuit breakers of calls to it are closed")]
    private partial void LogReturned(string appId);
}
