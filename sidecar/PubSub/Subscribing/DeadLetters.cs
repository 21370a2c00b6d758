using Sidecar.Resiliency;

namespace Sidecar.PubSub.Subscribing;

/// <summary>
/// Publishes the failed events of a subscription to its dead-letter topic, if it has one. As in daprd, the app must be allowed to publish
/// to that topic, and the outbound policy of the broker applies.
/// </summary>
internal sealed partial class DeadLetters(
    string appId,
    string? topic,
    PubSubComponent component,
    Policy? policy,
    ILogger<DeadLetters> logger
)
{
    public bool Exist => topic is { Length: > 0 };

    /// <summary>False if the event could not be published, which is logged.</summary>
    public async Task<bool> PublishAsync(BrokerMessage message, CancellationToken cancellation)
    {
        if (!component.Scopes.MayPublish(topic!))
        {
            LogForbidden(topic!, component.Name, appId, message.Topic);
            return false;
        }
        try
        {
            // The envelope stays unchanged, its topic too, so that the message can be published again to its topic.
            await policy.RunAsync(
                async limit =>
                {
                    await component.Broker.PublishAsync(message with { Topic = topic! }, limit);
                    return true;
                },
                cancellation
            );
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogFailed(e, message.Topic, topic!);
            return false;
        }
        LogPublished(message.Topic, topic!);
        return true;
    }

    [LoggerMessage(2305, LogLevel.Warning, "An event of topic {Topic} goes to dead-letter topic {DeadLetterTopic}")]
    private partial void LogPublished(string topic, string deadLetterTopic);

    [LoggerMessage(2308, LogLevel.Error, "An event of topic {Topic} could not be published to dead-letter topic {DeadLetterTopic}")]
    private partial void LogFailed(Exception failure, string topic, string deadLetterTopic);

    [LoggerMessage(
        2309,
        LogLevel.Error,
        "Dead-letter topic {DeadLetterTopic} of {PubSub} is not allowed for app {AppId}; an event of topic {Topic} can't be published to it"
    )]
    private partial void LogForbidden(string deadLetterTopic, string pubSub, string appId, string topic);
}
