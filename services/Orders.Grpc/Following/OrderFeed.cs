using System.Collections.Concurrent;
using System.Threading.Channels;
using Orders.Grpc.Services;

namespace Orders.Grpc.Following;

/// <summary>
/// Hands orders that have changed to the streams that follow them. A stream that does not keep up loses its oldest news: the next news of
/// the same order says more.
/// </summary>
internal sealed class OrderFeed(OrdersClient orders)
{
    private const int MostWaiting = 1000;

    private readonly ConcurrentDictionary<Follower, bool> followers = new();

    /// <param name="customerId">Empty: of all customers.</param>
    public Follower Follow(string customerId)
    {
        var follower = new Follower(customerId, gone => followers.TryRemove(gone, out _));
        followers[follower] = true;
        return follower;
    }

    public async Task PublishAsync(string orderId, CancellationToken cancellation)
    {
        if (followers.IsEmpty)
        {
            return; // nobody listens: nobody asks
        }
        var order = await orders.FindAsync(orderId, null, cancellation);
        foreach (var follower in followers.Keys.Where(one => one.CustomerId.Length == 0 || one.CustomerId == order.CustomerId))
        {
            follower.Enqueue(order);
        }
    }

    /// <summary>One stream's news. Dispose of it when the stream ends.</summary>
    internal sealed class Follower(string customerId, Action<Follower> end) : IDisposable
    {
        private readonly Channel<FoundOrder> changes = Channel.CreateBounded<FoundOrder>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest }
        );

        public string CustomerId => customerId;

        public void Enqueue(FoundOrder order) => changes.Writer.TryWrite(order);

        public IAsyncEnumerable<FoundOrder> ReadAllAsync(CancellationToken cancellation) => changes.Reader.ReadAllAsync(cancellation);

        public void Dispose() => end(this);
    }
}
