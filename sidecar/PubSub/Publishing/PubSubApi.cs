using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecar.Api;
using Sidecar.Components;
using Sidecar.PubSub.Events;

namespace Sidecar.PubSub.Publishing;

/// <summary>One entry of a bulk publish; <paramref name="EntryId"/> is unique in its request.</summary>
internal sealed record BulkEntry(string EntryId, ReadOnlyMemory<byte> Event, string ContentType, IReadOnlyDictionary<string, string> Metadata);

internal sealed record FailedEntry(string EntryId, string Error);

/// <summary>The publishing half of the pub/sub building block of one app, free of transport.</summary>
internal sealed class PubSubApi(string appId, ComponentSet components, TimeProvider time)
{
    /// <summary>Where a publish request goes, checked before its body is read.</summary>
    public PubSubComponent Demand(string pubsub, string topic)
    {
        if (components.PubSubs.Count == 0)
        {
            throw DaprErrors.PubSubNotConfigured(pubsub);
        }
        if (pubsub.Length == 0)
        {
            throw DaprErrors.PubSubNameEmpty();
        }
        if (!components.PubSubs.TryGetValue(pubsub, out var component))
        {
            throw DaprErrors.PubSubNotFound(pubsub);
        }
        return topic.Length == 0 ? throw DaprErrors.TopicEmpty(pubsub) : component;
    }

    public async Task PublishAsync(string pubsub, string topic, ReadOnlyMemory<byte> data, string? contentType, IReadOnlyDictionary<string, string> metadata, string traceParent, string traceState, CancellationToken cancellation)
    {
        var component = Demand(pubsub, topic);
        var message = Message(new EventSource(appId, pubsub, topic, contentType, traceParent, traceState), data, metadata);
        DemandAllowed(component, topic);
        await SendAsync(component, message, cancellation);
    }

    /// <summary>Publishes each entry by itself; gives those that failed.</summary>
    public async Task<IReadOnlyList<FailedEntry>> PublishManyAsync(string pubsub, string topic, IReadOnlyList<BulkEntry> entries, IReadOnlyDictionary<string, string> metadata, string traceParent, string traceState, CancellationToken cancellation)
    {
        var component = Demand(pubsub, topic);
        var messages = entries.Select(entry =>
        {
            var merged = metadata.Count == 0 ? entry.Metadata : entry.Metadata.Concat(metadata).GroupBy(item => item.Key).ToDictionary(items => items.Key, items => items.Last().Value);
            return Message(new EventSource(appId, pubsub, topic, entry.ContentType, traceParent, traceState), entry.Event, merged);
        }).ToList();
        DemandAllowed(component, topic);
        // Started in order and awaited together: one commit for all on a broker that commits.
        var sends = messages.Select(message => component.Broker.PublishAsync(message, cancellation)).ToList();
        var failed = new List<FailedEntry>();
        for (var i = 0; i < sends.Count; i++)
        {
            try
            {
                await sends[i];
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failed.Add(new FailedEntry(entries[i].EntryId, e.Message));
            }
        }
        return failed;
    }

    /// <summary>Publishes an envelope that is ready, for the outbox and for dead letters.</summary>
    public Task ForwardAsync(string pubsub, BrokerMessage message, CancellationToken cancellation)
        => components.PubSubs.TryGetValue(pubsub, out var component)
            ? SendAsync(component, message, cancellation)
            : throw DaprErrors.PubSubNotFound(pubsub);

    private void DemandAllowed(PubSubComponent component, string topic)
    {
        if (!component.Scopes.MayPublish(topic))
        {
            throw DaprErrors.TopicForbidden(topic, appId);
        }
    }

    private BrokerMessage Message(EventSource source, ReadOnlyMemory<byte> data, IReadOnlyDictionary<string, string> metadata)
    {
        if (IsRaw(metadata))
        {
            return new BrokerMessage(source.Topic, data, source.ContentType, metadata);
        }
        var now = time.GetUtcNow();
        var envelope = CloudEvents.IsCloudEvent(source.ContentType)
            ? CloudEvents.Complete(data, source, now) ?? throw DaprErrors.CloudEvent("the body is not a JSON object")
            : CloudEvents.Wrap(data, source, metadata, now);
        if (metadata.TryGetValue("ttlInSeconds", out var text))
        {
            CloudEvents.Expire(envelope, TimeSpan.FromSeconds(TimeToLive(text)), now);
        }
        return Envelope(source.Topic, envelope, metadata);
    }

    public static BrokerMessage Envelope(string topic, JsonObject envelope, IReadOnlyDictionary<string, string>? metadata = null)
        => new(topic, JsonSerializer.SerializeToUtf8Bytes(envelope), CloudEvents.ContentType, metadata ?? BrokerMessage.NoMetadata)
        {
            OrderingKey = (metadata?.GetValueOrDefault("partitionKey")) ?? envelope["subject"]?.ToString(),
        };

    private static int TimeToLive(string text)
        => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? seconds
            : throw DaprErrors.PublishMetadata($"ttlInSeconds value must be higher than zero: actual is '{text}'");

    private static bool IsRaw(IReadOnlyDictionary<string, string> metadata)
        => metadata.TryGetValue("rawPayload", out var raw)
        && (bool.TryParse(raw, out var flag) ? flag : throw DaprErrors.PublishMetadata($"rawPayload must be true or false, not '{raw}'"));

    private static async Task SendAsync(PubSubComponent component, BrokerMessage message, CancellationToken cancellation)
    {
        try
        {
            await component.Broker.PublishAsync(message, cancellation);
        }
        catch (Exception e) when (e is not (OperationCanceledException or DaprException))
        {
            throw DaprErrors.PublishFailed(message.Topic, component.Name, e.Message);
        }
    }
}
