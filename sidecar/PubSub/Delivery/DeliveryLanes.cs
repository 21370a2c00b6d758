using System.Threading.Channels;
using Sidecar.Loops;

namespace Sidecar.PubSub.Delivery;

/// <summary>
/// Delivers the messages of one subscription, each with the token that its broker settles it by. A lane delivers one message at a time, so
/// that messages of one ordering key stay in order while others, and those without a key, are delivered in parallel.
/// </summary>
internal sealed class DeliveryLanes<T> : IAsyncDisposable
{
    private readonly Func<BrokerMessage, T, CancellationToken, Task> deliver;
    private readonly SemaphoreSlim room;
    private readonly Channel<(BrokerMessage Message, T Receipt)>[] lanes;
    private readonly BackgroundLoop[] pumps;
    private readonly LaneChoice choice;

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
        choice = new LaneChoice(Math.Max(1, parallel > 0 ? parallel : lanes), ordered: parallel == 0);
        room = new SemaphoreSlim(readAhead);
        this.lanes =
        [
            .. Enumerable.Range(0, choice.Lanes).Select(_ => Channel.CreateUnbounded<(BrokerMessage, T)>(new() { SingleReader = true })),
        ];
        pumps =
        [
            .. Enumerable
                .Range(0, choice.Lanes)
                .Select(lane => BackgroundLoop.Start($"Delivery of topic {topic}", stopping => PumpAsync(lane, stopping), time, logger)),
        ];
    }

    /// <summary>Waits until there is room for <paramref name="message"/>. Only one caller at a time.</summary>
    public async Task AddAsync(BrokerMessage message, T receipt, CancellationToken cancellation)
    {
        await room.WaitAsync(cancellation);
        lanes[choice.Enter(message.OrderingKey)].Writer.TryWrite((message, receipt));
    }

    /// <summary>Waits for running deliveries; messages still in a lane are left to the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(pumps.Select(pump => pump.DisposeAsync().AsTask()));
    }

    private async Task PumpAsync(int lane, CancellationToken stopping)
    {
        await foreach (var (message, receipt) in lanes[lane].Reader.ReadAllAsync(stopping))
        {
            try
            {
                await deliver(message, receipt, stopping);
            }
            finally
            {
                choice.Leave(lane);
                room.Release();
            }
        }
    }
}
