using System.Threading.Channels;

namespace Sidecar.PubSub.Delivery;

/// <summary>
/// Delivers the messages of one subscription, each with what its broker settles it by: one at a time in a lane, so that what belongs
/// together stays in order while the rest goes on in parallel. <paramref name="deliver"/> hands a message over and settles it; it does not throw.
/// </summary>
internal sealed class DeliveryLanes<T> : IAsyncDisposable
{
    private readonly Func<BrokerMessage, T, CancellationToken, Task> deliver;
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim room;
    private readonly Channel<(BrokerMessage Message, T Receipt)>[] lanes;
    private readonly Task[] pumps;
    private readonly bool unordered;
    private int next;

    /// <param name="parallel">0: ordered lanes, otherwise so many messages at once in any order (see <see cref="SubscribeRequest.Parallel"/>).</param>
    public DeliveryLanes(int lanes, int parallel, int readAhead, Func<BrokerMessage, T, CancellationToken, Task> deliver)
    {
        this.deliver = deliver;
        unordered = parallel > 0;
        room = new SemaphoreSlim(readAhead);
        this.lanes = [.. Enumerable.Range(0, Math.Max(1, unordered ? parallel : lanes)).Select(_ => Channel.CreateUnbounded<(BrokerMessage, T)>(new() { SingleReader = true }))];
        pumps = [.. this.lanes.Select(lane => Task.Run(() => PumpAsync(lane)))];
    }

    /// <summary>Waits until there is room for <paramref name="message"/>. Only one caller at a time.</summary>
    public async Task AddAsync(BrokerMessage message, T receipt, CancellationToken cancellation)
    {
        await room.WaitAsync(cancellation);
        LaneOf(message).Writer.TryWrite((message, receipt));
    }

    /// <summary>Waits for deliveries under way; what is still in a lane is left to the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(pumps);
        stopping.Dispose();
    }

    private async Task PumpAsync(Channel<(BrokerMessage Message, T Receipt)> lane)
    {
        try
        {
            await foreach (var (message, receipt) in lane.Reader.ReadAllAsync(stopping.Token))
            {
                await deliver(message, receipt, stopping.Token);
                room.Release();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private Channel<(BrokerMessage, T)> LaneOf(BrokerMessage message)
        => lanes[unordered ? next = (next + 1) % lanes.Length
            : message.OrderingKey is { } key ? (int)((uint)string.GetHashCode(key, StringComparison.Ordinal) % lanes.Length) : 0];
}
