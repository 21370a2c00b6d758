using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecar.Cel;
using Sidecar.Go;
using Sidecar.PubSub.Events;

namespace Sidecar.PubSub.Subscribing;

/// <summary>Turns the messages of one subscription into events: unwraps them, drops expired ones, and finds their route.</summary>
internal sealed partial class EventPreparation(TopicSubscription subscription, TimeProvider time, ILogger logger)
{
    /// <summary>The event to deliver, or the status of a message that no one is to see.</summary>
    public (DeliveredEvent? Delivered, DeliveryStatus Refused) Prepare(BrokerMessage message)
    {
        JsonObject envelope;
        var body = message.Data;
        if (subscription.Raw is not { } raw)
        {
            LogNoBoolean(message.Topic, subscription.PubSub);
            return (null, DeliveryStatus.Retry);
        }
        if (raw)
        {
            envelope = CloudEvents.FromRaw(message.Data, message.Topic, subscription.PubSub);
        }
        else if (CloudEvents.Parse(message.Data) is { } parsed)
        {
            envelope = parsed;
        }
        else
        {
            LogNoEnvelope(message.Topic, subscription.PubSub);
            return (null, DeliveryStatus.Retry);
        }
        if (subscription.Bulk is null)
        {
            CloudEvents.AddTrace(envelope, message.Metadata);
            body = raw ? JsonSerializer.SerializeToUtf8Bytes(envelope, GoJsonEncoder.SerializerOptions) : body;
        }
        if (CloudEvents.HasExpired(envelope, time.GetUtcNow()))
        {
            LogExpired(envelope["id"]?.ToString(), message.Topic);
            return (null, DeliveryStatus.Undeliverable);
        }
        try
        {
            return subscription.Route.Find(envelope) is { } path
                ? (
                    new DeliveredEvent(subscription.PubSub, message.Topic, path, envelope, body, message.Metadata)
                    {
                        Raw = raw ? message.Data : (ReadOnlyMemory<byte>?)null,
                    },
                    default
                )
                : (null, DeliveryStatus.Drop);
        }
        catch (CelException e)
        {
            LogRoutingFailed(e, envelope["id"]?.ToString(), message.Topic);
            return (null, DeliveryStatus.Retry);
        }
    }

    [LoggerMessage(
        2301,
        LogLevel.Error,
        "A message of topic {Topic} in {PubSub} is no CloudEvent; subscribe with rawPayload to take it as it is"
    )]
    private partial void LogNoEnvelope(string topic, string pubSub);

    [LoggerMessage(2307, LogLevel.Error, "The metadata rawPayload of the subscription to topic {Topic} in {PubSub} must be true or false")]
    private partial void LogNoBoolean(string topic, string pubSub);

    [LoggerMessage(2302, LogLevel.Warning, "Event {EventId} of topic {Topic} has expired and is dropped")]
    private partial void LogExpired(string? eventId, string topic);

    [LoggerMessage(2303, LogLevel.Error, "No route could be found for event {EventId} of topic {Topic}")]
    private partial void LogRoutingFailed(Exception failure, string? eventId, string topic);
}
