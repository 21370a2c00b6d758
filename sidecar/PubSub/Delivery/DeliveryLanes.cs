using System.Threading.Channels;
using Sidecar.Loops;

namespace Sidecar.PubSub.Delivery;

/// <summary>
/// Delivers the messages of one subscription, each with the token that its broker settles it by. A lane delivers one message at a time, so
/// that related messages stay in order while others are delivered in parallel.
/// </summary>
internal sealed class DeliveryLanes<T> : IAsyncDisposable
{
    private readonly Func<BrokerMessage, T, CancellationToken, Task> deliver;
    private readonly SemaphoreSlim room;
    private readonly Channel<(BrokerMessage Message, T Receipt)>[] lanes;
    private readonly BackgroundLoop[] pumps;
    private readonly bool unordered;
    private int next;

    /// <param name="deliver">Hands a message over and settles it. A failure is logged and costs this message only; the broker delivers it
    /// again.</param>
    /// <param name="parallel">0: ordered lanes, otherwise so many messages at once in any order (see
    /// <see cref="SubscribeRequest.Parallel"/>).</param>
    public DeliveryLanes(
        int lanes,
        int parallel,
        int readAhead,
        Func<BrokerMessage, T, CancellationToken, Task> deliver,
        string topic,
        TimeProvider time,
        ILogger logger
    )
    {
        this.deliver = deliver;
        unordered = parallel > 0;
        room = new SemaphoreSlim(readAhead);
        this.lanes =
        [
            .. Enumerable
                .Range(0, Math.Max(1, unordered ? parallel : lanes))
                .Select(_ => Channel.CreateUnbounded<(BrokerMessage, T)>(new() { SingleReader = true })),
        ];
        pumps =
        [
            .. this.lanes.Select(lane =>
                BackgroundLoop.Start($"Delivery of topic {topic}", stopping => PumpAsync(lane, stopping), time, logger)
            ),
        ];
    }

    /// <summary>Waits until there is room for <paramref name="message"/>. Only one caller at a time.</summary>
    public async Task AddAsync(BrokerMessage message, T receipt, CancellationToken cancellation)
    {
        await room.WaitAsync(cancellation);
        LaneOf(message).Writer.TryWrite((message, receipt));
    }

    /// <summary>Waits for running deliveries; messages still in a lane are left to the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(pumps.Select(pump => pump.DisposeAsync().AsTask()));
    }

    private async Task PumpAsync(Channel<(BrokerMessage Message, T Receipt)> lane, CancellationToken stopping)
    {
        await foreach (var (message, receipt) in lane.Reader.ReadAllAsync(stopping))
        {
            try
            {
                await deliver(message, receipt, stopping);
            }
            finally
            {
                room.Release();
            }
        }
    }

    private Channel<(BrokerMessage, T)> LaneOf(BrokerMessage message) =>
        lanes[
            unordered ? next = (next + 1) % lanes.Length
            : message.OrderingKey is { } key ? (int)((uint)string.GetHashCode(key, StringComparison.Ordinal) % lanes.Length)
            : 0
        ];
}
