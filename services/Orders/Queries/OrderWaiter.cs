using Orders.Streams;
using Orders.Views;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Queries;

/// <summary>
/// <c>Prefer: wait=n</c> (RFC 7240): answers when the order has come to its end, or after n seconds with what there is then. Saves a client
/// from asking again and again.
/// </summary>
internal sealed class OrderWaiter(OrderQueries queries, OrderEndings endings, TimeProvider time)
{
    /// <summary>Shorter than what resiliency policies let a call take.</summary>
    private const int MaxSeconds = 8;

    /// <summary>The period between two searches for an end that another instance has written.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public async Task<Outcome<OrderView>> FindAsync(string orderId, Caller caller, HttpContext http)
    {
        if (WaitPreference.SecondsOf(http.Request) is not { } wanted)
        {
            return OrderOwnershipFilter.Shown(caller, orderId, await queries.FindAsync(orderId, http.RequestAborted));
        }
        var seconds = Math.Min(wanted, MaxSeconds);
        using var expected = endings.Expect(orderId);
        var limit = time.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        while (true)
        {
            var left = limit - time.GetUtcNow();
            // A pending order is shown only when the time is up.
            var now = OrderOwnershipFilter.Shown(
                caller,
                orderId,
                await queries.FindAsync(orderId, http.RequestAborted, withSteps: left <= TimeSpan.Zero)
            );
            if (now.Value is not { Status: "pending" or OrderView.Cancelling } || left <= TimeSpan.Zero)
            {
                return now;
            }
            http.Response.Headers["Preference-Applied"] = $"wait={seconds}";
            if (await EndedAsync(expected, left < Look ? left : Look, http.RequestAborted) is { } ended)
            {
                return OrderView.Of(orderId, ended.Stream, ended.Order).For(caller);
            }
        }
    }

    private async Task<EndedOrder?> EndedAsync(OrderEndings.Expectation expected, TimeSpan longest, CancellationToken cancellation)
    {
        try
        {
            return await expected.Ended.WaitAsync(longest, time, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
