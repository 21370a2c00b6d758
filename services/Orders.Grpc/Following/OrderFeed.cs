using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Orders.Grpc.Services;

namespace Orders.Grpc.Following;

/// <summary>
/// Distributes changed orders to the open streams. A stream that is too slow for them ends with ABORTED, because its client would miss
/// changes otherwise; the client opens it again and lists what it lacks.
/// </summary>
internal sealed class OrderFeed(OrdersClient orders)
{
    private const int MaxWaiting = 1000;

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

    /// <summary>The queue of notifications for one stream. Dispose of it when the stream ends.</summary>
    internal sealed class Follower(string customerId, Action<Follower> end) : IDisposable
    {
        private readonly Channel<FoundOrder> changes = Channel.CreateBounded<FoundOrder>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.Wait }
        );

        public string CustomerId => customerId;

        public void Enqueue(FoundOrder order)
        {
            if (!changes.Writer.TryWrite(order))
            {
                changes.Writer.TryComplete(
                    new RpcException(new Status(StatusCode.Aborted, "The stream was read too slowly; open it again and continue."))
                );
            }
        }

        public IAsyncEnumerable<FoundOrder> ReadAllAsync(CancellationToken cancellation) => changes.Reader.ReadAllAsync(cancellation);

        public void Dispose() => end(this);
    }
}
