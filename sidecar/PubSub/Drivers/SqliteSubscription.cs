using System.Threading.Channels;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// Delivers one queue. A reader takes messages in order when signalled and deals them to lanes by ordering key; a lane delivers
/// one at a time, so that what belongs together stays in order while the rest goes on in parallel. A failed message is put back
/// behind its lane after a delay, and the ones behind it go on.
/// </summary>
internal sealed partial class SqliteSubscription : IAsyncDisposable
{
    private const int ReadAhead = 256;

    private readonly SqliteQueue queue;
    private readonly SqliteConsumers consumers;
    private readonly string consumer;
    private readonly string topic;
    private readonly MessageHandler handler;
    private readonly TimeSpan redeliverInterval;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim room = new(ReadAhead * 2);
    private readonly Channel<(long Id, BrokerMessage Message, int Attempt)>[] lanes;
    private readonly Task[] pumps;
    private readonly Action signal;
    private readonly bool unordered;
    private int nextLane;
    private int rewind; // 1 when what was passed over is to be looked at again
    private int disposed;

    public SqliteSubscription(SqliteQueue queue, string consumer, SubscribeRequest request, MessageHandler handler, TimeSpan redeliverInterval, int maxConcurrency, TimeProvider time, ILogger logger)
    {
        (this.queue, this.consumer, this.topic, this.handler) = (queue, consumer, request.Topic, handler);
        (this.redeliverInterval, this.time, this.logger) = (redeliverInterval, time, logger);
        signal = () => signals.Writer.TryWrite(true);
        unordered = request.Parallel > 0;
        lanes = [.. Enumerable.Range(0, Math.Max(1, unordered ? request.Parallel : maxConcurrency)).Select(_ => Channel.CreateUnbounded<(long, BrokerMessage, int)>())];
        consumers = queue.Consumers(consumer, topic);
        queue.Listen(topic, signal);
        consumers.Join(this);
        pumps = [Task.Run(ReadAsync), .. lanes.Select(lane => Task.Run(() => DeliverAsync(lane)))];
    }

    public string Topic => topic;

    public long Depth() => queue.Count(consumer, topic);

    public void Rewind()
    {
        Volatile.Write(ref rewind, 1);
        signal();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }
        QueueDepths.Remove(this);
        queue.StopListening(topic, signal);
        await stopping.CancelAsync();
        await Task.WhenAll(pumps);
        consumers.Leave(this);
        stopping.Dispose();
    }

    private async Task ReadAsync()
    {
        long last = 0;
        try
        {
            while (await signals.Reader.WaitToReadAsync(stopping.Token))
            {
                signals.Reader.TryRead(out _);
                IReadOnlyList<(long, BrokerMessage)> messages;
                do
                {
                    last = Interlocked.Exchange(ref rewind, 0) == 1 ? 0 : last;
                    messages = queue.Read(consumer, topic, last, ReadAhead);
                    foreach (var (id, message) in messages)
                    {
                        last = id;
                        if (consumers.TryTake(this, id, message.OrderingKey))
                        {
                            await room.WaitAsync(stopping.Token);
                            LaneOf(message).Writer.TryWrite((id, message, 1));
                        }
                    }
                }
                while (messages.Count == ReadAhead);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop; what was not delivered is still in the queue.
        }
    }

    private async Task DeliverAsync(Channel<(long Id, BrokerMessage Message, int Attempt)> lane)
    {
        try
        {
            await foreach (var (id, message, attempt) in lane.Reader.ReadAllAsync(stopping.Token))
            {
                if (await HandleAsync(message) == Acknowledgement.Done)
                {
                    room.Release();
                    await RemoveAsync(id);
                }
                else if (!stopping.IsCancellationRequested)
                {
                    PutBackLater(lane, id, message, attempt);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // As above.
        }
    }

    private async Task<Acknowledgement> HandleAsync(BrokerMessage message)
    {
        try
        {
            return await handler(message, stopping.Token);
        }
        catch (Exception e)
        {
            // A lane outlives any one message: a handler's fault means "again later", never the end of the subscription.
            LogHandlerFailed(e, topic, consumer);
            return Acknowledgement.Retry;
        }
    }

    /// <summary>Nobody waits for the removal to be on disk: repeating a delivery after a crash is allowed, holding up the lane is not.</summary>
    private Task RemoveAsync(long id)
    {
        consumers.Handled(id);
        _ = queue.RemoveAsync(id).ContinueWith(
            removed =>
            {
                if (removed.IsFaulted)
                {
                    LogRemovalFailed(removed.Exception, id, topic); // stays taken: this process does not deliver it again
                }
                else
                {
                    consumers.Done(id);
                }
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    private void PutBackLater(Channel<(long, BrokerMessage, int)> lane, long id, BrokerMessage message, int attempt)
    {
        var delay = redeliverInterval * Math.Min(Math.Pow(2, attempt - 1), 60);
        ITimer? timer = null;
        timer = time.CreateTimer(_ =>
        {
            lane.Writer.TryWrite((id, message, attempt + 1));
            timer?.Dispose();
        }, null, delay, Timeout.InfiniteTimeSpan);
    }

    private Channel<(long, BrokerMessage, int)> LaneOf(BrokerMessage message)
        => lanes[unordered ? nextLane = (nextLane + 1) % lanes.Length
            : message.OrderingKey is { } key ? (int)((uint)string.GetHashCode(key, StringComparison.Ordinal) % lanes.Length) : 0];

    [LoggerMessage(2101, LogLevel.Error, "Handler for topic {Topic} of consumer {Consumer} failed; the message is delivered again")]
    private partial void LogHandlerFailed(Exception failure, string topic, string consumer);

    [LoggerMessage(2102, LogLevel.Error, "Message {MessageId} of topic {Topic} could not be removed; it is delivered again after a restart")]
    private partial void LogRemovalFailed(Exception failure, long messageId, string topic);
}
