using System.Collections.Concurrent;
using System.Threading.Channels;
using Sidecar.Loops;
using Sidecar.PubSub.Delivery;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// Delivers one queue. A signal wakes the reader, which distributes messages in order to lanes by ordering key. A lane delivers one message
/// at a time, so that related messages stay in order while others are delivered in parallel. A failed message enters a lane again after a
/// delay; later messages overtake it.
/// </summary>
internal sealed partial class SqliteSubscription : IAsyncDisposable
{
    private const int ReadAhead = 256;

    /// <summary>A full disk, for example, may have space again.</summary>
    private static readonly TimeSpan BeforeNextRemoval = TimeSpan.FromSeconds(2);

    private readonly SqliteQueue queue;
    private readonly SqliteConsumers consumers;
    private readonly string consumer;
    private readonly string topic;
    private readonly MessageHandler handler;
    private readonly TimeSpan redeliverInterval;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Signal arrivals = new();
    private readonly SemaphoreSlim room = new(ReadAhead * 2);
    private readonly Channel<(long Id, BrokerMessage Message, int Attempt)>[] lanes;
    private readonly ConcurrentQueue<long> unremoved = new();
    private readonly ITimer removing; // runs once when something could not be removed
    private readonly BackgroundLoop[] pumps;
    private readonly Action signal;
    private readonly LaneChoice choice;
    private int rewind; // 1 if skipped messages have to be read again
    private long last; // the reader's: the place in the queue up to which it has read
    private int disposed;

    public SqliteSubscription(
        SqliteQueue queue,
        string consumer,
        SubscribeRequest request,
        MessageHandler handler,
        TimeSpan redeliverInterval,
        int maxConcurrency,
        TimeProvider time,
        ILogger logger
    )
    {
        (this.queue, this.consumer, this.topic, this.handler) = (queue, consumer, request.Topic, handler);
        (this.redeliverInterval, this.time, this.logger) = (redeliverInterval, time, logger);
        signal = arrivals.Give;
        choice = new LaneChoice(Math.Max(1, request.Parallel > 0 ? request.Parallel : maxConcurrency), ordered: request.Parallel == 0);
        lanes = [.. Enumerable.Range(0, choice.Lanes).Select(_ => Channel.CreateUnbounded<(long, BrokerMessage, int)>())];
        consumers = queue.Consumers(consumer, topic);
        queue.Listen(topic, signal);
        consumers.Join(this);
        removing = time.CreateTimer(_ => RemoveAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        pumps =
        [
            BackgroundLoop.Start($"The reader of topic {topic} for {consumer}", ReadAsync, time, logger),
            .. Enumerable
                .Range(0, choice.Lanes)
                .Select(lane =>
                    BackgroundLoop.Start($"Delivery of topic {topic} to {consumer}", stopping => DeliverAsync(lane, stopping), time, logger)
                ),
        ];
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
        await Task.WhenAll(pumps.Select(pump => pump.DisposeAsync().AsTask()));
        await removing.DisposeAsync();
        consumers.Leave(this);
    }

    private async Task ReadAsync(CancellationToken stopping)
    {
        signal(); // whatever ended the last attempt, the queue is read before anything is waited for
        while (true)
        {
            await arrivals.NextAsync(stopping);
            IReadOnlyList<(long, BrokerMessage)> messages;
            do
            {
                last = Interlocked.Exchange(ref rewind, 0) == 1 ? 0 : last;
                messages = await queue.ReadAsync(consumer, topic, last, ReadAhead);
                foreach (var (id, message) in messages)
                {
                    last = id;
                    if (consumers.TryTake(this, id, message.OrderingKey))
                    {
                        await room.WaitAsync(stopping);
                        lanes[choice.Enter(message.OrderingKey)].Writer.TryWrite((id, message, 1));
                    }
                }
            } while (messages.Count == ReadAhead);
        }
    }

    private async Task DeliverAsync(int lane, CancellationToken stopping)
    {
        await foreach (var (id, message, attempt) in lanes[lane].Reader.ReadAllAsync(stopping))
        {
            var acknowledgement = await HandleAsync(message, stopping);
            choice.Leave(lane);
            if (acknowledgement == Acknowledgement.Done)
            {
                room.Release();
                consumers.Handled(id);
                Remove(id);
            }
            else if (!stopping.IsCancellationRequested)
            {
                PutBackLater(id, message, attempt);
            }
        }
    }

    private async Task<Acknowledgement> HandleAsync(BrokerMessage message, CancellationToken stopping)
    {
        try
        {
            return await handler(message, stopping);
        }
        catch (Exception e)
        {
            // A lane outlives any one message: a handler's fault means "again later", never the end of the subscription.
            if (!stopping.IsCancellationRequested)
            {
                LogHandlerFailed(e, topic, consumer);
            }
            return Acknowledgement.Retry;
        }
    }

    /// <summary>
    /// The lane does not wait until the removal is on disk: a delivery may be repeated after a crash, but the lane must not stop.
    /// </summary>
    private void Remove(long id) =>
        _ = queue
            .RemoveAsync(id)
            .ContinueWith(
                removed =>
                {
                    if (removed.IsFaulted)
                    {
                        LogRemovalFailed(removed.Exception, id, topic);
                        unremoved.Enqueue(id); // stays taken meanwhile, so that it is not delivered again
                        removing.Change(BeforeNextRemoval, Timeout.InfiniteTimeSpan);
                    }
                    else
                    {
                        consumers.Done(id);
                    }
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );

    private void RemoveAgain()
    {
        for (var left = unremoved.Count; left > 0 && Volatile.Read(ref disposed) == 0 && unremoved.TryDequeue(out var id); left--)
        {
            Remove(id);
        }
    }

    private void PutBackLater(long id, BrokerMessage message, int attempt)
    {
        var delay = redeliverInterval * Math.Min(Math.Pow(2, attempt - 1), 60);
        ITimer? timer = null;
        timer = time.CreateTimer(
            _ =>
            {
                lanes[choice.Enter(message.OrderingKey)].Writer.TryWrite((id, message, attempt + 1));
                timer?.Dispose();
            },
            null,
            delay,
            Timeout.InfiniteTimeSpan
        );
    }

    [LoggerMessage(2101, LogLevel.Error, "Handler for topic {Topic} of consumer {Consumer} failed; the message is delivered again")]
    private partial void LogHandlerFailed(Exception failure, string topic, string consumer);

    [LoggerMessage(
        2102,
        LogLevel.Error,
        "Message {MessageId} of topic {Topic} could not be removed from the queue; the removal is tried again"
    )]
    private partial void LogRemovalFailed(Exception failure, long messageId, string topic);
}
