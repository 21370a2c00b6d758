using System.Collections.Concurrent;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using Sidecar.PubSub.Events;
using Sidecar.Tracing;

namespace Sidecar.PubSub.Subscribing;

/// <summary>A streaming subscriber: receives events on its stream, and answers them by event id.</summary>
internal sealed class StreamReceiver(IServerStreamWriter<SubscribeTopicEventsResponseAlpha1> stream) : IEventReceiver, IDisposable
{
    private readonly SemaphoreSlim writing = new(1);
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<DeliveryStatus>> waiting = new(StringComparer.Ordinal);

    /// <summary>Confirms the subscription to the subscriber; events wait for that.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        await SendAsync(new SubscribeTopicEventsResponseAlpha1 { InitialResponse = new() }, cancellation);
        opened.SetResult();
    }

    public async Task<DeliveryStatus> DeliverAsync(DeliveredEvent delivered, CancellationToken cancellation)
    {
        await opened.Task.WaitAsync(cancellation);
        var request = TopicEvents.Request(delivered);
        var answer = new TaskCompletionSource<DeliveryStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!waiting.TryAdd(request.Id, answer))
        {
            return DeliveryStatus.Retry; // the same event is still being worked on
        }
        try
        {
            await SendAsync(new SubscribeTopicEventsResponseAlpha1 { EventMessage = request }, cancellation);
            return await answer.Task.WaitAsync(cancellation);
        }
        finally
        {
            waiting.TryRemove(request.Id, out _);
        }
    }

    public async Task<IReadOnlyList<DeliveryStatus>> DeliverManyAsync(
        string pubsub,
        string topic,
        string path,
        IReadOnlyList<DeliveredEntry> entries,
        TraceContext trace,
        CancellationToken cancellation
    ) => await Task.WhenAll(entries.Select(entry => DeliverAsync(entry.Event, cancellation)));

    private async Task SendAsync(SubscribeTopicEventsResponseAlpha1 message, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            await stream.WriteAsync(message, cancellation);
        }
        finally
        {
            writing.Release();
        }
    }

    public void Answered(string id, DeliveryStatus status)
    {
        if (waiting.TryRemove(id, out var answer))
        {
            answer.TrySetResult(status);
        }
    }

    public void Dispose() => writing.Dispose();
}
