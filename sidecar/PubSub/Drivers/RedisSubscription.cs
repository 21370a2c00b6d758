using System.Collections.Concurrent;
using Sidecar.Loops;
using Sidecar.PubSub.Delivery;
using Sidecar.Redis;
using StackExchange.Redis;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// One topic of one consumer group. A blocking read on its own connection returns new entries at once, whoever wrote them. An
/// unacknowledged entry stays pending in the group and is claimed again after <c>processingTimeout</c>; entries being handled here are
/// claimed again earlier, so that no other consumer gets them.
/// </summary>
internal sealed partial class RedisSubscription : IAsyncDisposable
{
    private static readonly TimeSpan Block = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(250);

    private readonly RedisServer server;
    private readonly RedisPubSubOptions options;
    private readonly string topic;
    private readonly MessageHandler handler;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim adding = new(1);

    // by entry id; Done: only its XACK is missing
    private readonly ConcurrentDictionary<string, Acknowledgement?> underWay = new(StringComparer.Ordinal);
    private readonly DeliveryLanes<string> lanes;
    private IConnectionMultiplexer? waiting;
    private BackgroundLoop[] loops = [];
    private int disposed;

    public RedisSubscription(
        RedisServer server,
        RedisPubSubOptions options,
        SubscribeRequest request,
        MessageHandler handler,
        TimeProvider time,
        ILogger logger
    )
    {
        (this.server, this.options, topic, this.handler, this.time, this.logger) = (server, options, request.Topic, handler, time, logger);
        lanes = new DeliveryLanes<string>(
            options.Concurrency,
            request.Parallel,
            Math.Max(options.QueueDepth, request.Parallel),
            DeliverAsync,
            topic,
            time,
            logger
        );
    }

    public async Task StartAsync()
    {
        await CreateGroupAsync();
        waiting = await server.DedicatedAsync(Block);
        loops =
        [
            BackgroundLoop.Start($"The reader of stream {topic}", _ => ReadAsync(), time, logger),
            .. options.Redelivers
                ? (BackgroundLoop[])[BackgroundLoop.Start($"The reclaiming of stream {topic}", _ => ReclaimAsync(), time, logger)]
                : [],
        ];
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }
        await stopping.CancelAsync();
        if (waiting is not null)
        {
            await waiting.CloseAsync(allowCommandsToComplete: false); // the read would wait its time out; Redis ends it with its connection
            await waiting.DisposeAsync();
        }
        await Task.WhenAll(loops.Select(loop => loop.DisposeAsync().AsTask()));
        await lanes.DisposeAsync();
        stopping.Dispose();
    }

    private async Task CreateGroupAsync()
    {
        try
        {
            await server.Database.StreamCreateConsumerGroupAsync(topic, options.ConsumerId, "0", createStream: true);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            // The group exists already.
        }
    }

    private async Task ReadAsync()
    {
        var readable = true;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var answer = await waiting!
                    .GetDatabase()
                    .ExecuteAsync(
                        "XREADGROUP",
                        "GROUP",
                        options.ConsumerId,
                        options.ConsumerId,
                        "COUNT",
                        options.QueueDepth,
                        "BLOCK",
                        (int)Block.TotalMilliseconds,
                        "STREAMS",
                        (RedisKey)topic,
                        ">"
                    );
                readable = true;
                if (!answer.IsNull)
                {
                    await TakeAsync(RedisStreamEntry.Read(topic, answer[0][1]));
                }
            }
            catch (RedisServerException e) when (e.Message.StartsWith("NOGROUP", StringComparison.Ordinal))
            {
                LogGroupLost(topic, options.ConsumerId);
                await RecoverAsync(CreateGroupAsync);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A subscription survives any failure.
                if (readable)
                {
                    LogReadFailed(e, topic);
                }
                readable = false;
                await RecoverAsync(() => Task.CompletedTask);
            }
        }
    }

    /// <summary>Pauses, because the library reconnects on its own and retrying at once would only use CPU.</summary>
    private async Task RecoverAsync(Func<Task> repair)
    {
        try
        {
            await repair();
            await Task.Delay(AfterFailure, time, stopping.Token);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException)
        {
            // The next read reports it.
        }
    }

    private async Task TakeAsync(IEnumerable<(string Id, BrokerMessage Message)> entries)
    {
        var taken = entries.Where(entry => underWay.TryAdd(entry.Id, null)).ToList();
        await adding.WaitAsync(stopping.Token);
        try
        {
            foreach (var (id, message) in taken)
            {
                await lanes.AddAsync(message, id, stopping.Token);
            }
        }
        finally
        {
            adding.Release();
        }
    }

    private async Task DeliverAsync(BrokerMessage message, string id, CancellationToken cancellation)
    {
        if (await HandleAsync(message, cancellation) == Acknowledgement.Done)
        {
            await AcknowledgeAsync(id);
        }
        else
        {
            underWay.TryRemove(id, out _); // stays pending
        }
    }

    /// <summary>
    /// A slow handler is not cut off at <c>processingTimeout</c>: the app might be at it still when the message comes again.
    /// </summary>
    private async Task<Acknowledgement> HandleAsync(BrokerMessage message, CancellationToken cancellation)
    {
        try
        {
            return await handler(message, cancellation);
        }
        catch (Exception e)
        {
            // A subscription outlives any one message: a handler's fault means "again later".
            if (!cancellation.IsCancellationRequested)
            {
                LogHandlerFailed(e, topic, options.ConsumerId);
            }
            return Acknowledgement.Retry;
        }
    }

    private async Task AcknowledgeAsync(string id)
    {
        try
        {
            await server.Database.StreamAcknowledgeAsync(topic, options.ConsumerId, id);
            underWay.TryRemove(id, out _);
        }
        catch (Exception e)
        {
            underWay[id] = Acknowledgement.Done; // handled all the same; acknowledged again when pending entries are read
            LogAcknowledgeFailed(e, id, topic);
        }
    }

    private async Task ReclaimAsync()
    {
        using var timer = new PeriodicTimer(options.RedeliverInterval, time);
        try
        {
            do
            {
                try
                {
                    await ReclaimOnceAsync();
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    LogReclaimFailed(e, topic);
                }
            } while (await timer.WaitForNextTickAsync(stopping.Token));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task ReclaimOnceAsync()
    {
        foreach (var id in underWay.Where(entry => entry.Value == Acknowledgement.Done).Select(entry => entry.Key))
        {
            await AcknowledgeAsync(id);
        }
        var idle = (long)options.ProcessingTimeout.TotalMilliseconds;
        var pending = (RedisResult[])
            (
                await server.Database.ExecuteAsync(
                    "XPENDING",
                    (RedisKey)topic,
                    options.ConsumerId,
                    "IDLE",
                    idle / 2,
                    "-",
                    "+",
                    options.QueueDepth
                )
            )!;
        var entries = pending.Select(entry => (Id: (string)entry[0]!, Idle: (long)entry[2])).ToList();
        if (entries.Where(entry => underWay.ContainsKey(entry.Id)).Select(entry => entry.Id).ToList() is { Count: > 0 } kept)
        {
            await ClaimAsync(0, kept, "JUSTID"); // restarts their idle time, well before another process of the group may claim them
        }
        if (
            entries.Where(entry => entry.Idle >= idle && !underWay.ContainsKey(entry.Id)).Select(entry => entry.Id).ToList() is
            { Count: > 0 } left
        )
        {
            await TakeAsync(RedisStreamEntry.Read(topic, await ClaimAsync(idle, left)));
        }
    }

    private Task<RedisResult> ClaimAsync(long idle, List<string> ids, params string[] options) =>
        server.Database.ExecuteAsync(
            "XCLAIM",
            [(RedisKey)topic, this.options.ConsumerId, this.options.ConsumerId, idle, .. ids, .. options]
        );

    [LoggerMessage(2111, LogLevel.Error, "Handler for topic {Topic} of consumer {Consumer} failed; the message is delivered again")]
    private partial void LogHandlerFailed(Exception failure, string topic, string consumer);

    [LoggerMessage(2112, LogLevel.Warning, "Stream {Topic} can't be read; trying until it can")]
    private partial void LogReadFailed(Exception failure, string topic);

    [LoggerMessage(
        2113,
        LogLevel.Warning,
        "Stream {Topic} has lost consumer group {Consumer}, so the server has lost data; the group is created again"
    )]
    private partial void LogGroupLost(string topic, string consumer);

    [LoggerMessage(2114, LogLevel.Warning, "Entry {EntryId} of stream {Topic} could not be acknowledged yet")]
    private partial void LogAcknowledgeFailed(Exception failure, string entryId, string topic);

    [LoggerMessage(2115, LogLevel.Warning, "Pending entries of stream {Topic} could not be looked through")]
    private partial void LogReclaimFailed(Exception failure, string topic);
}
