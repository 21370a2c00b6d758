using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using ServiceDefaults.Identity;

namespace ServiceDefaults.Limits;

/// <summary>Limits the concurrent requests of one kind, in total and per caller.</summary>
public sealed class ConcurrencyLimit(int permits, int queue, int permitsPerCaller, int queuePerCaller) : IAsyncDisposable
{
    private readonly ConcurrencyLimiter all = new(Options(permits, queue));
    private readonly PartitionedRateLimiter<HttpContext> perCaller = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        RateLimitPartition.GetConcurrencyLimiter(CallerOf(context), _ => Options(permitsPerCaller, queuePerCaller))
    );

    /// <summary>Waits for a place as long as the queues have space. Dispose of the result when the request ends.</summary>
    public async Task<ConcurrencyPermit> AcquireAsync(HttpContext context, CancellationToken cancellation)
    {
        var own = await perCaller.AcquireAsync(context, 1, cancellation);
        if (!own.IsAcquired)
        {
            return new ConcurrencyPermit(own, null);
        }
        try
        {
            return new ConcurrencyPermit(own, await all.AcquireAsync(1, cancellation));
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await all.DisposeAsync();
        await perCaller.DisposeAsync();
    }

    private static ConcurrencyLimiterOptions Options(int permits, int queue) =>
        new()
        {
            PermitLimit = permits,
            QueueLimit = queue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        };

    private static string CallerOf(HttpContext context) =>
        context.User.Name() is { } user ? $"user:{user}" : $"address:{ClientAddress.Of(context)}";
}

/// <summary>A place for one request, or the reason why there is none.</summary>
public sealed class ConcurrencyPermit(RateLimitLease own, RateLimitLease? shared) : IDisposable
{
    /// <summary>The caller has too many requests of this kind under way.</summary>
    public bool CallerHasTooMany => shared is null;

    /// <summary>All callers together have too many requests of this kind under way.</summary>
    public bool IsOverloaded => shared is { IsAcquired: false };

    public void Dispose()
    {
        shared?.Dispose();
        own.Dispose();
    }
}
