using Sidecar.Components;
using Sidecar.Resiliency;
using Sidecar.Tracing;

namespace Sidecar.PubSub.Subscribing;

/// <summary>Creates the pumps of an app's subscriptions, with the component and the policies that apply at that moment.</summary>
internal sealed class PumpFactory(
    string appId,
    ComponentSet components,
    PolicyBook policies,
    Tracer tracer,
    TimeSpan longestDrain,
    TimeProvider time,
    ILoggerFactory loggers
)
{
    public SubscriptionPump Create(TopicSubscription subscription, IEventReceiver receiver)
    {
        var component = components.Of<PubSubComponent>()[subscription.PubSub];
        var deadLetters = new DeadLetters(
            appId,
            subscription.DeadLetterTopic,
            component,
            policies.Outbound(component.Name, ComponentKind.Pubsub),
            loggers.CreateLogger<DeadLetters>()
        );
        return new SubscriptionPump(
            appId,
            subscription,
            component.Broker,
            receiver,
            policies.Inbound(component.Name, ComponentKind.Pubsub),
            deadLetters,
            new EventPreparation(subscription, time, loggers.CreateLogger<SubscriptionPump>()),
            new DeliverySpans(tracer),
            longestDrain,
            time,
            loggers.CreateLogger<SubscriptionPump>()
        );
    }
}
