using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.Metrics;
using Sidecar.PubSub.Events;
using Sidecar.Resiliency;
using Sidecar.Tracing;

namespace Sidecar.PubSub.Publishing;

/// <summary>Target, metadata and trace of a publication.</summary>
internal sealed record PublishTarget(string PubSub, string Topic, IReadOnlyDictionary<string, string> Metadata, TraceContext Trace);

/// <summary>The publishing half of the pub/sub building block of one app, independent of the transport.</summary>
internal sealed class PubSubApi(string appId, ComponentSet components, PolicyBook policies, Tracer tracer, TimeProvider time)
{
    public string AppId => appId;

    /// <summary>The target of a publish request, checked before its body is read.</summary>
    public PubSubComponent Demand(string pubsub, string topic, IReadOnlyDictionary<string, string>? metadata = null)
    {
        if (pubsub.Length == 0)
        {
            throw PubSubErrors.ComponentNameEmpty();
        }
        if (!components.Of<PubSubComponent>().TryGetValue(pubsub, out var component))
        {
            throw PubSubErrors.ComponentNotFound(pubsub, metadata);
        }
        return topic.Length == 0 ? throw PubSubErrors.TopicEmpty(pubsub) : component;
    }

    public async Task PublishAsync(PublishTarget target, ReadOnlyMemory<byte> data, string? contentType, CancellationToken cancellation)
    {
        var component = Demand(target.PubSub, target.Topic);
        var message = Message(component, target, data, contentType, PublishMetadata.IsRaw(target.PubSub, target.Metadata));
        DemandAllowed(component, target.Topic);
        await SendAsync(component, message, cancellation);
    }

    /// <summary>Publishes each entry separately; returns the failed ones.</summary>
    public async Task<IReadOnlyList<FailedEntry>> PublishManyAsync(
        PublishTarget target,
        IReadOnlyList<BulkEntry> entries,
        CancellationToken cancellation
    )
    {
        var component = Demand(target.PubSub, target.Topic);
        var raw = PublishMetadata.IsRaw(target.PubSub, target.Metadata);
        var spans = raw ? [] : entries.Select(_ => tracer.Start(ActivityKind.Producer, target.Trace)).ToArray();
        using var ending = new Ending(spans, target);
        var messages = entries
            .Select(
                (entry, i) =>
                    Message(
                        component,
                        target with
                        {
                            Metadata = PublishMetadata.OfEntry(target.Metadata, entry.Metadata),
                            Trace = raw ? target.Trace : spans[i].Context,
                        },
                        entry.Event,
                        entry.ContentType,
                        raw
                    )
            )
            .ToList();
        DemandAllowed(component, target.Topic);
        var begun = time.GetTimestamp();
        var failures = await new BulkPublication(component.Broker, messages).SendAsync(
            policies.Outbound(component.Name, ComponentKind.Pubsub),
            cancellation
        );
        var failed = new List<FailedEntry>();
        for (var i = 0; i < failures.Count; i++)
        {
            if (failures[i] is { } failure)
            {
                failed.Add(new FailedEntry(entries[i].EntryId, failure.Message));
            }
        }
        ComponentMeter.PublishedInBulk(appId, component.Name, target.Topic, failed.Count == 0, time.GetElapsedTime(begun));
        return failed;
    }

    /// <summary>
    /// Refuses a transaction whose events the app may not publish, before it is written. The relay waits for a component that is missing.
    /// </summary>
    public void DemandOutbox(string pubsub, string topic)
    {
        if (components.Of<PubSubComponent>().TryGetValue(pubsub, out var component) && !component.Scopes.MayPublish(topic))
        {
            throw PubSubErrors.OutboxForbidden(topic, appId);
        }
    }

    /// <summary>Publishes an envelope that is ready, for the outbox.</summary>
    public Task ForwardAsync(string pubsub, BrokerMessage message, CancellationToken cancellation) =>
        components.Of<PubSubComponent>().TryGetValue(pubsub, out var component)
            ? SendAsync(component, message, cancellation)
            : throw PubSubErrors.ComponentNotFound(pubsub);

    private void DemandAllowed(PubSubComponent component, string topic)
    {
        if (!component.Scopes.MayPublish(topic))
        {
            throw PubSubErrors.TopicForbidden(component.Name, topic, appId);
        }
    }

    private BrokerMessage Message(PubSubComponent component, PublishTarget target, ReadOnlyMemory<byte> data, string? contentType, bool raw)
    {
        if (raw)
        {
            return new BrokerMessage(target.Topic, data, contentType, target.Metadata);
        }
        var now = time.GetLocalNow(); // daprd writes the time of an event with the offset of its machine
        var source = new EventSource(appId, target.PubSub, target.Topic, contentType, target.Trace.InEvent, target.Trace.State);
        var envelope = CloudEvents.IsCloudEvent(contentType)
            ? Complete(source, data, now)
            : CloudEvents.Wrap(data, source, target.Metadata, now);
        if (!component.ExpiresMessages && PublishMetadata.TimeToLive(target.Metadata) is { } timeToLive)
        {
            CloudEvents.Expire(envelope, timeToLive, now);
        }
        return Envelope(target.Topic, envelope, target.Metadata);
    }

    private JsonObject Complete(EventSource source, ReadOnlyMemory<byte> data, DateTimeOffset now)
    {
        try
        {
            return CloudEvents.Complete(data, source, now);
        }
        catch (FormatException e)
        {
            throw PubSubErrors.CloudEventNotCreated(source.PubSub, appId, e.Message);
        }
    }

    private static BrokerMessage Envelope(string topic, JsonObject envelope, IReadOnlyDictionary<string, string> metadata) =>
        new(topic, JsonSerializer.SerializeToUtf8Bytes(envelope, GoJsonEncoder.SerializerOptions), CloudEvents.ContentType, metadata)
        {
            OrderingKey = metadata.GetValueOrDefault("partitionKey") ?? envelope["subject"]?.ToString(),
        };

    private async Task PublishAsync(PubSubComponent component, BrokerMessage message, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        var succeeded = false;
        try
        {
            await PublishUnmeasuredAsync(component, message, cancellation);
            succeeded = true;
        }
        finally
        {
            ComponentMeter.Published(appId, component.Name, message.Topic, succeeded, time.GetElapsedTime(begun));
        }
    }

    private Task PublishUnmeasuredAsync(PubSubComponent component, BrokerMessage message, CancellationToken cancellation) =>
        policies.Outbound(component.Name, ComponentKind.Pubsub) is { } policy
            ? PublishAsync(policy, component, message, cancellation)
            : component.Broker.PublishAsync(message, cancellation);

    private static Task PublishAsync(Policy policy, PubSubComponent component, BrokerMessage message, CancellationToken cancellation) =>
        policy
            .ExecuteAsync(
                async limit =>
                {
                    await component.Broker.PublishAsync(message, limit);
                    return true;
                },
                cancellation
            )
            .AsTask();

    /// <summary>Each entry of a bulk publish has its own span below that of the call.</summary>
    private sealed class Ending(Span[] spans, PublishTarget target) : IDisposable
    {
        public void Dispose()
        {
            foreach (var span in spans.Where(span => span.IsRecorded))
            {
                span.Name($"pubsub/{target.Topic}");
                SpanTags.Topic(span, target.Topic);
                span.End();
            }
        }
    }

    private async Task SendAsync(PubSubComponent component, BrokerMessage message, CancellationToken cancellation)
    {
        try
        {
            await PublishAsync(component, message, cancellation);
        }
        catch (Exception e) when (e is not (OperationCanceledException or DaprException))
        {
            throw PubSubErrors.PublishFailed(message.Topic, component.Name, e.Message);
        }
    }
}
