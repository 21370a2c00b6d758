using Sidecar.Metrics;
using Sidecar.PubSub.Events;
using Sidecar.Resiliency;

namespace Sidecar.PubSub.Subscribing;

/// <summary>
/// Moves one subscription's messages from the broker to the app: unwraps, drops expired ones, routes, delivers, and decides between
/// success, retry and the dead-letter topic. Source: daprd's subscription handling.
/// </summary>
internal sealed partial class SubscriptionPump(
    string appId,
    TopicSubscription subscription,
    IPubSub broker,
    IEventReceiver receiver,
    Policy? policy,
    DeadLetters deadLetters,
    EventPreparation preparation,
    DeliverySpans spans,
    TimeSpan longestDrain,
    TimeProvider time,
    ILogger logger
)
{
    private readonly DeliveryDrain drain = new(subscription.Kind == SubscriptionKind.Streaming ? TimeSpan.Zero : longestDrain, time);

    /// <summary>
    /// The result ends the subscription: it takes no more messages, and waits for running deliveries, as daprd does. A stream ends with
    /// its client, who can't answer any more.
    /// </summary>
    public async Task<IAsyncDisposable> StartAsync(CancellationToken cancellation)
    {
        drain.Source = subscription.Bulk is null
            ? await broker.SubscribeAsync(
                new SubscribeRequest(subscription.Topic, subscription.Metadata),
                (message, stopping) => drain.RunAsync(() => HandleAsync(message, stopping), stopping),
                cancellation
            )
            : await new BulkGatherer(
                subscription,
                broker,
                (messages, stopping) => drain.RunAsync(() => HandleManyAsync(messages, stopping), stopping),
                time,
                logger
            ).StartAsync(cancellation);
        return drain;
    }

    private async Task<Acknowledgement> HandleAsync(BrokerMessage message, CancellationToken cancellation)
    {
        var (delivered, refused) = preparation.Prepare(message);
        if (delivered is null && refused != DeliveryStatus.Retry)
        {
            Count(refused);
        }
        var status = delivered is null ? refused : await DeliverAsync(delivered, cancellation);
        var settled = await SettleAsync(message, status, mayDrop: delivered is null, cancellation);
        if (!cancellation.IsCancellationRequested && (status == DeliveryStatus.Retry || settled == Acknowledgement.Retry))
        {
            // daprd counts the end of a failed event once more, after its attempts: dropped if it has become a dead letter.
            Count(settled == Acknowledgement.Done ? DeliveryStatus.Undeliverable : DeliveryStatus.Retry);
        }
        return settled;
    }

    /// <summary>Returns one acknowledgement per message, in their order.</summary>
    private async Task<IReadOnlyList<Acknowledgement>> HandleManyAsync(
        IReadOnlyList<BrokerMessage> messages,
        CancellationToken cancellation
    )
    {
        var settled = new Acknowledgement[messages.Count];
        var ready = new List<(int Index, DeliveredEntry Entry)>();
        for (var i = 0; i < messages.Count; i++)
        {
            var (delivered, refused) = preparation.Prepare(messages[i]);
            if (delivered is null)
            {
                settled[i] = await SettleAsync(messages[i], refused, mayDrop: true, cancellation);
            }
            else
            {
                ready.Add((i, new DeliveredEntry(Guid.NewGuid().ToString(), delivered)));
            }
        }
        foreach (var group in ready.GroupBy(item => item.Entry.Event.Path))
        {
            var items = group.ToList();
            var begun = time.GetTimestamp();
            var statuses = await DeliverManyAsync(group.Key, [.. items.Select(item => item.Entry)], cancellation);
            ComponentMeter.DeliveredInBulk(appId, subscription.Topic, statuses.Select(BulkStatus), time.GetElapsedTime(begun));
            for (var i = 0; i < items.Count; i++)
            {
                settled[items[i].Index] = await SettleAsync(messages[items[i].Index], statuses[i], mayDrop: true, cancellation);
            }
        }
        return settled;
    }

    private async Task<DeliveryStatus> DeliverAsync(DeliveredEvent delivered, CancellationToken cancellation)
    {
        if (policy is null)
        {
            return (await DeliverOnceAsync(delivered, cancellation)).Status;
        }
        try
        {
            return (
                await drain.RepeatAsync<Delivery>(policy.ExecuteAsync, limit => DeliverOnceAsync(delivered, limit), cancellation)
            ).Status;
        }
        catch (Exception e) when (e is TimeoutException or CircuitBreakerRefusedException)
        {
            LogDeliveryFailed(e, delivered.Envelope["id"]?.ToString(), delivered.Topic);
            return DeliveryStatus.Retry;
        }
    }

    /// <summary>Counts each attempt, also one that is cancelled.</summary>
    private async ValueTask<Delivery> DeliverOnceAsync(DeliveredEvent delivered, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        var status = DeliveryStatus.Retry;
        try
        {
            var delivery = await AttemptAsync(delivered, cancellation);
            status = delivery.Status;
            return delivery;
        }
        finally
        {
            Count(status, time.GetElapsedTime(begun));
        }
    }

    private async ValueTask<Delivery> AttemptAsync(DeliveredEvent delivered, CancellationToken cancellation)
    {
        var span = spans.Begin(delivered);
        try
        {
            return new Delivery(
                DeliverySpans.End(span, await receiver.DeliverAsync(delivered with { Trace = span.Context }, cancellation))
            );
        }
        catch (DeliveryRefusedException e) when (span.RecordException(e))
        {
            LogDeliveryRefused(delivered.Envelope["id"]?.ToString(), delivered.Topic, e.Message);
            return new Delivery(DeliveryStatus.Retry, e.Code);
        }
        catch (Exception e) when (span.RecordException(e) && (e is not OperationCanceledException || !cancellation.IsCancellationRequested))
        {
            LogDeliveryFailed(e, delivered.Envelope["id"]?.ToString(), delivered.Topic);
            return new Delivery(DeliveryStatus.Retry);
        }
        finally
        {
            span.End();
        }
    }

    /// <summary>Under a policy, only the entries that failed are delivered again.</summary>
    private async Task<IReadOnlyList<DeliveryStatus>> DeliverManyAsync(
        string path,
        IReadOnlyList<DeliveredEntry> entries,
        CancellationToken cancellation
    )
    {
        if (policy is null)
        {
            return (await DeliverManyOnceAsync(path, entries, cancellation)).Statuses;
        }
        var statuses = entries.Select(_ => DeliveryStatus.Retry).ToArray();
        try
        {
            await drain.RepeatAsync<Delivery>(
                policy.ExecuteAsync,
                async limit =>
                {
                    var left = Enumerable.Range(0, entries.Count).Where(i => statuses[i] == DeliveryStatus.Retry).ToList();
                    var (answers, code) = await DeliverManyOnceAsync(path, [.. left.Select(i => entries[i])], limit);
                    for (var i = 0; i < left.Count; i++)
                    {
                        statuses[left[i]] = answers[i];
                    }
                    return new Delivery(answers.Contains(DeliveryStatus.Retry) ? DeliveryStatus.Retry : DeliveryStatus.Success, code);
                },
                cancellation
            );
        }
        catch (Exception e) when (e is TimeoutException or CircuitBreakerRefusedException)
        {
            LogDeliveryFailed(e, null, subscription.Topic);
        }
        return statuses;
    }

    /// <summary>The code is that of an app that has refused all entries.</summary>
    private async Task<(IReadOnlyList<DeliveryStatus> Statuses, int? Code)> DeliverManyOnceAsync(
        string path,
        IReadOnlyList<DeliveredEntry> entries,
        CancellationToken cancellation
    )
    {
        var begun = spans.Begin(entries);
        try
        {
            var trace = begun[^1].Context;
            return (await receiver.DeliverManyAsync(subscription.PubSub, subscription.Topic, path, entries, trace, cancellation), null);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogDeliveryFailed(e, null, subscription.Topic);
            return ([.. entries.Select(_ => DeliveryStatus.Retry)], (e as DeliveryRefusedException)?.Code);
        }
        finally
        {
            begun.ForEach(span => span.End());
        }
    }

    /// <summary>daprd counts an event that goes to the dead-letter topic as dropped.</summary>
    private string BulkStatus(DeliveryStatus status) =>
        status switch
        {
            DeliveryStatus.Success => "SUCCESS",
            DeliveryStatus.Retry when !deadLetters.Exist => "RETRY",
            _ => "DROP",
        };

    /// <param name="took">Null if the app was not called.</param>
    private void Count(DeliveryStatus counted, TimeSpan? took = null)
    {
        var (outcome, status) = counted switch
        {
            DeliveryStatus.Success => ("success", "success"),
            DeliveryStatus.Retry => ("retry", "retry"),
            DeliveryStatus.Drop when subscription.Kind != SubscriptionKind.Streaming => ("drop", "success"),
            _ => ("drop", "drop"),
        };
        ComponentMeter.Delivered(appId, subscription.PubSub, subscription.Topic, outcome, status, took);
    }

    /// <param name="mayDrop">
    /// False for a single event that the app has dropped: it is delivered again if it can't be published as a dead letter, as in daprd.
    /// </param>
    private async Task<Acknowledgement> SettleAsync(
        BrokerMessage message,
        DeliveryStatus status,
        bool mayDrop,
        CancellationToken cancellation
    )
    {
        if (status is DeliveryStatus.Success or DeliveryStatus.Ignored)
        {
            return Acknowledgement.Done;
        }
        if (!deadLetters.Exist || cancellation.IsCancellationRequested)
        {
            return status == DeliveryStatus.Retry ? Acknowledgement.Retry : Acknowledgement.Done;
        }
        return await deadLetters.PublishAsync(Dead(message), cancellation) || (mayDrop && status != DeliveryStatus.Retry)
            ? Acknowledgement.Done
            : Acknowledgement.Retry;
    }

    /// <summary>As in daprd, a dead letter of single deliveries names the component in its metadata; one of a bulk does not.</summary>
    private BrokerMessage Dead(BrokerMessage message) =>
        subscription.Bulk is null ? message with { Metadata = DeliveryMetadata.Of(subscription.PubSub, message.Metadata) } : message;

    private sealed record Delivery(DeliveryStatus Status, int? Code = null) : IFallible
    {
        public bool Failed => Status == DeliveryStatus.Retry;
    }

    [LoggerMessage(2304, LogLevel.Warning, "Event {EventId} of topic {Topic} could not be delivered")]
    private partial void LogDeliveryFailed(Exception failure, string? eventId, string topic);

    [LoggerMessage(2306, LogLevel.Warning, "Event {EventId} of topic {Topic} was not taken: {Reason}")]
    private partial void LogDeliveryRefused(string? eventId, string topic, string reason);
}
