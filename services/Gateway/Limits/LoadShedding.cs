using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Gateway.Limits;

/// <summary>
/// Lets only so many requests be under way: more would only wait for each other, until every one of them is too late. Who finds the
/// queue full is sent away at once (503), which costs next to nothing.
/// </summary>
internal sealed class LoadShedding(IOptions<LimitOptions> options) : IAsyncDisposable
{
    private readonly ConcurrencyLimiter limiter = new(new ConcurrencyLimiterOptions { PermitLimit = options.Value.Concurrent, QueueLimit = options.Value.Queued, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/healthz") || context.GetEndpoint()?.Metadata.GetMetadata<LongLived>() is not null)
        {
            await next(context);
            return;
        }
        using var lease = await limiter.AcquireAsync(1, context.RequestAborted);
        if (lease.IsAcquired)
        {
            await next(context);
            return;
        }
        context.Response.Headers.RetryAfter = "1";
        await TypedResults.Problem("The system has more to do than it can; try again.", statusCode: StatusCodes.Status503ServiceUnavailable, extensions: new Dictionary<string, object?> { ["code"] = "overloaded" }).ExecuteAsync(context);
    }

    public ValueTask DisposeAsync() => limiter.DisposeAsync();
}
