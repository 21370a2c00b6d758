using System.Collections.Concurrent;
using Sidecar.Actors;
using Sidecar.Components;
using Sidecar.ConfigurationStores;
using Sidecar.Invocation;
using Sidecar.Middleware;
using Sidecar.Resiliency;
using Sidecar.Resources;

namespace Sidecar.Api;

/// <summary>The sidecar of one app, as the API serves it.</summary>
internal interface IAppSidecar : ILocalApp
{
    BuildingBlocks Blocks { get; }

    PolicyBook Policies { get; }

    /// <summary>The middleware in front of the HTTP API.</summary>
    HttpPipeline ApiPipeline { get; }

    /// <summary>The components that <c>/v1.0/metadata</c> lists: those whose subscriptions and bindings run.</summary>
    IReadOnlyList<LoadedComponent> ReportedComponents { get; }

    IReadOnlyList<HttpEndpoint> Endpoints { get; }

    /// <summary>Attributes that the app or an operator has added to the metadata; lost with the process, as in daprd.</summary>
    ConcurrentDictionary<string, string> ExtendedMetadata { get; }

    /// <summary>The actors of the app; null until the app has reported any, and while it is unhealthy.</summary>
    ActorHost? ActorHost { get; }

    /// <summary>
    /// True once the app listens and, unless its health is probed, its subscriptions run. It stays true if the app becomes unhealthy.
    /// </summary>
    bool Ready { get; }

    /// <summary>
    /// Completes when the app has reported its actor types. It is a new task when an app that hosts actors becomes unhealthy.
    /// </summary>
    Task ActorsRegistered { get; }

    /// <summary>
    /// Hosts the actors of an app that has opened a stream for them; the newest stream is the one. Dispose of the result when it ends.
    /// </summary>
    Task<IAsyncDisposable> HostActorsAsync(HostedActors hosted, IActorApp app, CancellationToken cancellation);

    /// <summary>Notifies the app of changes to configuration items that it follows over HTTP.</summary> <exception
    /// cref="Failures.DaprException">The sidecar has no app.</exception>
    ConfigurationListener ConfigurationListener(string store);
}
