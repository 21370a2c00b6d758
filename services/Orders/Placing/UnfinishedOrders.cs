using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Orders.Streams;
using ServiceDefaults.Refusals;

namespace Orders.Placing;

internal sealed record PlacingOptions
{
    /// <summary>The number of orders that may be accepted and unfinished, of all customers and of one.</summary>
    public int MostUnfinished { get; init; } = 512;
    public int MostUnfinishedPerCustomer { get; init; } = 256;
}

/// <summary>
/// Limits the orders that this instance has accepted and that have not ended (decision 120). An order is work after its answer, so without
/// a limit the backlog grows as long as orders arrive faster than they end, and sagas reach their time limits. An order that waits for a
/// person is no work and leaves its place for good. An order counts for <see cref="Longest"/> at most, because another instance may write
/// its end.
/// </summary>
internal sealed class UnfinishedOrders(OrderEndings endings, IOptions<PlacingOptions> options, TimeProvider time) : IAsyncDisposable
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly ConcurrencyLimiter all = new(Places(options.Value.MostUnfinished));
    private readonly PartitionedRateLimiter<string> perCustomer = PartitionedRateLimiter.Create<string, string>(customerId =>
        RateLimitPartition.GetConcurrencyLimiter(customerId, _ => Places(options.Value.MostUnfinishedPerCustomer))
    );

    /// <summary>Counts the order from now on. Dispose of the result when the order was not accepted.</summary>
    public Outcome<UnfinishedOrder> Begin(string customerId, string orderId)
    {
        var own = perCustomer.AttemptAcquire(customerId);
        if (!own.IsAcquired)
        {
            own.Dispose();
            return new Refusal(
                RefusalKind.TooMany,
                "too-many-open-orders",
                $"At most {options.Value.MostUnfinishedPerCustomer} orders of a customer can be under way; wait for some of them to end."
            );
        }
        var shared = all.AttemptAcquire();
        if (!shared.IsAcquired)
        {
            own.Dispose();
            shared.Dispose();
            return new Refusal(RefusalKind.Overloaded, "overloaded", "The system has more orders to process than it can; try again.");
        }
        return new UnfinishedOrder(endings.Expect(orderId), own, shared, time);
    }

    public async ValueTask DisposeAsync()
    {
        await all.DisposeAsync();
        await perCustomer.DisposeAsync();
    }

    private static ConcurrencyLimiterOptions Places(int number) => new() { PermitLimit = number };
}

/// <summary>An order that counts among <see cref="UnfinishedOrders"/>.</summary>
internal sealed class UnfinishedOrder(OrderEndings.Expectation expectation, RateLimitLease own, RateLimitLease shared, TimeProvider time)
    : IDisposable
{
    private bool accepted;

    /// <summary>
    /// The order was accepted, and counts until it ends or waits for a person. Returns a task that completes when it no longer counts.
    /// </summary>
    public Task Accept()
    {
        accepted = true;
        return ReleaseAtEndAsync();
    }

    public void Dispose()
    {
        if (!accepted)
        {
            Release();
        }
    }

    private async Task ReleaseAtEndAsync()
    {
        using var ended = new CancellationTokenSource(); // ends the timer with the order
        await Task.WhenAny(expectation.EndedOrWaiting, Task.Delay(UnfinishedOrders.Longest, time, ended.Token));
        await ended.CancelAsync();
        Release();
    }

    private void Release()
    {
        expectation.Dispose();
        shared.Dispose();
        own.Dispose();
    }
}
