using Orders.Ordering;

namespace Orders.Streams;

/// <summary>An order that is no longer pending, with its stream.</summary>
internal sealed record EndedOrder(OrderStream Stream, Order Order);

/// <summary>
/// Completes this process's waits for the end of an order, or for its wait for a person, when that is written. Writes of other instances do
/// not arrive here, so a waiting request also polls the stream.
/// </summary>
internal sealed class OrderEndings
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Expectation>> expected = new(StringComparer.Ordinal); // guarded by gate

    /// <summary>Begins to wait. The caller disposes of the expectation when it stops waiting.</summary>
    public Expectation Expect(string orderId)
    {
        var expectation = new Expectation(this, orderId);
        lock (gate)
        {
            if (!expected.TryGetValue(orderId, out var others))
            {
                expected[orderId] = others = [];
            }
            others.Add(expectation);
        }
        return expectation;
    }

    public void Record(string orderId, OrderStream stream, Order order)
    {
        if (order.Status == OrderStatus.Pending)
        {
            if (order.WaitsForPerson)
            {
                RecordWait(orderId);
            }
            return;
        }
        List<Expectation>? waiting;
        lock (gate)
        {
            expected.Remove(orderId, out waiting);
        }
        foreach (var expectation in waiting ?? [])
        {
            expectation.Fulfil(new EndedOrder(stream, order));
        }
    }

    private void RecordWait(string orderId)
    {
        lock (gate)
        {
            foreach (var expectation in expected.GetValueOrDefault(orderId) ?? [])
            {
                expectation.Pause(); // its continuations run elsewhere, outside the lock
            }
        }
    }

    private void Forget(Expectation expectation)
    {
        lock (gate)
        {
            if (expected.TryGetValue(expectation.OrderId, out var others) && others.Remove(expectation) && others.Count == 0)
            {
                expected.Remove(expectation.OrderId);
            }
        }
    }

    internal sealed class Expectation(OrderEndings endings, string orderId) : IDisposable
    {
        private readonly TaskCompletionSource<EndedOrder> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource endedOrWaiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string OrderId => orderId;

        public Task<EndedOrder> Ended => ended.Task;

        /// <summary>Completes when the order has ended or begins to wait for a person.</summary>
        public Task EndedOrWaiting => endedOrWaiting.Task;

        public void Pause() => endedOrWaiting.TrySetResult();

        public void Fulfil(EndedOrder order)
        {
            ended.TrySetResult(order);
            endedOrWaiting.TrySetResult();
        }

        public void Dispose() => endings.Forget(this);
    }
}
