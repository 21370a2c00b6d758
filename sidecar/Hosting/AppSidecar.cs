using System.Collections.Concurrent;
using Sidecar.Actors;
using Sidecar.Api;
using Sidecar.Apps;
using Sidecar.Bindings;
using Sidecar.Components;
using Sidecar.ConfigurationStores;
using Sidecar.Conversation;
using Sidecar.Cryptography;
using Sidecar.Failures;
using Sidecar.Invocation;
using Sidecar.Jobs;
using Sidecar.Locks;
using Sidecar.Loops;
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
/// The sidecar of one app: its building blocks, with its own identity, components, scopes and tokens. Several live in a process
/// and share nothing but threads and the files their components name.
/// </summary>
internal sealed partial class AppSidecar : IAppSidecar, IReloadable, IAsyncDisposable
{
    private static readonly TimeSpan FirstProbes = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDeactivation = TimeSpan.FromSeconds(2); // of all actors at the end

    private readonly ILogger logger;
    private readonly ILoggerFactory loggers;
    private readonly TimeProvider time;
    private readonly SidecarRegistry registry;
    private readonly AppDirectory directory;
    private readonly SemaphoreSlim events = new(1); // whoever starts, stops or changes what brings events to the app
    private IReadOnlyList<(Subscription Resource, TopicSubscription Topic)> declared = []; // guarded by events
    private IReadOnlyList<TopicSubscription>? programmatic; // guarded by events; null until the app has been asked
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource well = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource unwell = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Announcement own;
    private bool noMoreEvents;
    private BackgroundLoop? connection;

    public AppSidecar(AppOptions options, Configuration configuration, ComponentSet components, ResourceSet resources, AppDirectory directory, ActorDirectory actors, SidecarRegistry registry, INameResolver names, IHttpForwarder forwarder, TimeProvider time, ILoggerFactory loggers)
    {
        (Options, Configuration, Components, Names, this.registry, this.directory, this.time) = (options, configuration, components, names, registry, directory, time);
        own = Announcement.Of(options.AppId, options.InternalGrpcPort);
        declared = Declared(resources);
        Resources = resources;
        ToldComponents = components.Loaded;
        Endpoints = [.. resources.Endpoints.Where(endpoint => endpoint.AppliesTo(options.AppId))];
        logger = loggers.CreateLogger<AppSidecar>();
        Tracer = new Tracer(options.AppId, configuration.Tracing.Completed(Environment.GetEnvironmentVariable), loggers);
        Policies = new PolicyBook(options.AppId, resources.Resiliency, time);
        var pubsub = new PubSubApi(options.AppId, components, Policies, Tracer, time);
        Outbox = new Outbox(options.AppId, components, pubsub, time, loggers.CreateLogger<Outbox>());
        var bindings = new BindingsApi(options.AppId, components, Policies, time);
        InputBindings = new InputBindings(options.AppId, options.BindingOptionsTimeout, components, Policies, bindings, Tracer, time, loggers.CreateLogger<InputBindings>());
        Access = new AccessPolicy(configuration.AccessControl, !options.AppIsGrpc);
        this.loggers = loggers;
        var durable = components.ActorStateStore?.Store is ITransactionalStateStore and IKeyListing and var store ? (ITransactionalStateStore)store : null;
        // daprd keeps jobs in its scheduler, which there is none of here; without a durable store they last as long as the process.
        var jobs = new JobStore(options.AppId, durable ?? new InMemoryStateStore(time));
        JobService = new JobService(options.AppId, jobs, time, loggers.CreateLogger<JobService>());
        Blocks = new BuildingBlocks
        {
            State = new StateApi(options.AppId, components, Outbox, Policies, time),
            PubSub = pubsub,
            Subscriptions = new SubscriptionManager(options.AppId, components, Policies, Tracer, time, loggers),
            Secrets = new SecretsApi(options.AppId, components, configuration.SecretScopes, time),
            Conversation = new ConversationApi(options.AppId, components, Policies, time),
            Cryptography = new CryptographyApi(options.AppId, components, Policies, time),
            Locks = new LockApi(components, Policies),
            ConfigurationItems = new ConfigurationApi(options.AppId, components, Policies, time),
            Bindings = bindings,
            Invoker = new ServiceInvoker(options, Endpoints, directory, names, forwarder, Policies, time),
            Actors = new ActorApi(options.AppId, components, Policies, () => ActorHost, () => Well, actors, time),
            Jobs = new JobApi(options.AppId, jobs, JobService, time),
            Workflows = durable is null ? null : new WorkflowEngine(options.AppId, durable, time, loggers,
                new WorkflowEngineOptions(LargestWorkItem(options)) { Limits = configuration.Workflow.Limits, Retention = configuration.Workflow.Retention }, directory, Tracer),
        };
        ApiPipeline = new HttpPipeline(configuration.ApiPipeline, components, logger);
        AppPipeline = new HttpPipeline(configuration.AppPipeline, components, logger);
        if (options.AppPort > 0)
        {
            Client = new AppClient(options, AppPipeline, configuration.Metrics, time);
            Channel = options.AppIsGrpc ? new GrpcAppChannel(Client, options) : new HttpAppChannel(Client, options);
        }
    }

    public AppOptions Options { get; }

    public Configuration Configuration { get; }

    public Tracer Tracer { get; }

    public PolicyBook Policies { get; }

    public BuildingBlocks Blocks { get; }

    public ServiceInvoker Invoker => Blocks.Invoker;

    public ComponentSet Components { get; }

    /// <summary>What is told of <see cref="Components"/>: those that have been taken up with all that hangs on them.</summary>
    public IReadOnlyList<LoadedComponent> ToldComponents { get; private set; }

    public IReadOnlyList<HttpEndpoint> Endpoints { get; }

    public AccessPolicy Access { get; }

    /// <summary>The middleware in front of the HTTP API, and that in front of an HTTP app.</summary>
    public HttpPipeline ApiPipeline { get; }

    public HttpPipeline AppPipeline { get; }

    /// <summary>How it finds sidecars of other processes, and is found by them.</summary>
    public INameResolver Names { get; }

    /// <summary>The actors of the app; null until it has said that it hosts any.</summary>
    public ActorHost? ActorHost { get; private set; }

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

    /// <summary>Completes when <see cref="Ready"/> becomes true for the first time; cancelled when the sidecar ends before.</summary>
    public Task Well => well.Task;

    /// <summary>What it was made of, and has been changed to since.</summary>
    public ResourceSet Resources { get; private set; }

    private Outbox Outbox { get; }

    private InputBindings InputBindings { get; }

    private JobService JobService { get; }

    /// <summary>How the app is told of changes to configuration items it follows over HTTP.</summary>
    public ConfigurationListener ConfigurationListener(string store)
        => Channel is null ? throw DaprErrors.NoAppToTell() : new AppNotifier(store, Channel, stopping.Token, loggers.CreateLogger<AppNotifier>()).NotifyAsync;

    /// <summary>Opens the building blocks and begins to wait for the app; the API must be reachable by now.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var component in Components.Loaded)
        {
            SidecarMeter.Loaded(Options.AppId, component.Resource.Type);
        }
        Blocks.Subscriptions.Declare(declared.Select(subscription => subscription.Topic));
        await Outbox.StartAsync(cancellation);
        if (Blocks.Workflows is { } workflows)
        {
            await workflows.StartAsync(cancellation);
        }
        Announce([]);
        connection = BackgroundLoop.Start($"The connection to app {Options.AppId}", _ => ConnectUntilStoppedAsync(), time, logger);
    }

    /// <summary>Other processes no longer find it.</summary>
    public async Task LeaveAsync()
    {
        registry.Withdraw(own);
        await Names.DisposeAsync();
    }

    /// <summary>Ends the streams of workflow workers, which would otherwise keep the server from stopping.</summary>
    public async ValueTask EndWorkAsync()
    {
        await (Blocks.Workflows?.DisposeAsync() ?? ValueTask.CompletedTask);
        await JobService.DisposeAsync();
    }

    private void Announce(IReadOnlyList<string> actorTypes) => registry.Announce(own = own with { ActorTypes = actorTypes });

    /// <summary>Stops taking events; the app may still call the API and finish its work.</summary>
    public async Task QuiesceAsync()
    {
        var wasReady = Ready;
        Ready = false;
        await stopping.CancelAsync();
        well.TrySetCanceled();
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
        await HoldEventsAsync();
        await Blocks.Subscriptions.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await QuiesceAsync();
        await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Blocks.Subscriptions.DisposeAsync();
        await JobService.DisposeAsync();
        await Blocks.ConfigurationItems.DisposeAsync();
        if (ActorHost is not null)
        {
            await ActorHost.DisposeAsync();
        }
        await Outbox.DisposeAsync();
        await Components.DisposeAsync();
        await LeaveAsync();
        (Channel as IDisposable)?.Dispose();
        Client?.Dispose();
        Blocks.Invoker.Dispose();
        Tracer.Dispose();
        stopping.Dispose();
        events.Dispose();
    }
}
