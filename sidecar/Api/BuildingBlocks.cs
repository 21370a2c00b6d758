using Sidecar.Actors;
using Sidecar.Bindings;
using Sidecar.ConfigurationStores;
using Sidecar.Conversation;
using Sidecar.Cryptography;
using Sidecar.Invocation;
using Sidecar.Jobs;
using Sidecar.Locks;
using Sidecar.PubSub.Publishing;
using Sidecar.PubSub.Subscribing;
using Sidecar.Secrets;
using Sidecar.State;
using Sidecar.Workflows;

namespace Sidecar.Api;

/// <summary>The building blocks of one app's sidecar, which both transports call.</summary>
internal sealed record BuildingBlocks
{
    public required StateApi State { get; init; }

    public required PubSubApi PubSub { get; init; }

    public required SubscriptionManager Subscriptions { get; init; }

    public required SecretsApi Secrets { get; init; }

    public required ConversationApi Conversation { get; init; }

    public required CryptographyApi Cryptography { get; init; }

    public required LockApi Locks { get; init; }

    public required ConfigurationApi ConfigurationItems { get; init; }

    public required BindingsApi Bindings { get; init; }

    public required ServiceInvoker Invoker { get; init; }

    public required ActorApi Actors { get; init; }

    public required JobApi Jobs { get; init; }

    /// <summary>Null if the app has no store flagged actorStateStore.</summary>
    public required WorkflowEngine? Workflows { get; init; }
}
