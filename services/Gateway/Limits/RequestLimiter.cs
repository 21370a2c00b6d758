using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ServiceDefaults.Identity;
using ServiceDefaults.Refusals;

namespace Gateway.Limits;

/// <summary>
/// Limits concurrent requests of each kind separately: ordinary requests, requests that wait for an order's end, and event streams. With
/// one limit for all, a few waiting customers could use all of it.
/// </summary>
internal sealed class RequestLimiter : IAsyncDisposable
{
    private readonly Kind ordinary;
    private readonly Kind waiting;
    private readonly Kind streams;

    public RequestLimiter(IOptions<LimitOptions> options)
    {
        var limits = options.Value;
        ordinary = new Kind(limits.Concurrent, limits.Queued, limits.ConcurrentPerCaller, limits.QueuedPerCaller);
        waiting = new Kind(limits.Waiting, 0, limits.WaitingPerCaller, 0);
        streams = new Kind(limits.Streams, 0, limits.StreamsPerCaller, 0);
    }

    /// <summary>Middleware, after authorization. Reads the body before it acquires a permit, so that slow clients hold none.</summary>
    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/healthz"))
        {
            await next(context);
            return;
        }
        await BufferedBody.ReadAsync(context.Request, context.RequestAborted);
        var kind = KindOf(context);
        using var ownPermit = await kind.PerCaller.AcquireAsync(context, 1, context.RequestAborted);
        if (!ownPermit.IsAcquired)
        {
            await RefuseAsync(
                context,
                Problem.Of(
                    StatusCodes.Status429TooManyRequests,
                    "too-many-at-once",
                    "You have too many requests of this kind under way; wait for one of them to end."
                )
            );
            return;
        }
        using var permit = await kind.All.AcquireAsync(1, context.RequestAborted);
        if (!permit.IsAcquired)
        {
            await RefuseAsync(
                context,
                Problem.Of(StatusCodes.Status503ServiceUnavailable, "overloaded", "The system has more to do than it can; try again.")
            );
            return;
        }
        await next(context);
    }

    public async ValueTask DisposeAsync()
    {
        await ordinary.DisposeAsync();
        await waiting.DisposeAsync();
        await streams.DisposeAsync();
    }

    private Kind KindOf(HttpContext context) =>
        Has<LongLived>(context) ? streams
        : Has<WaitsForEnd>(context)
        && context.Request.Headers["Prefer"].Any(preference => preference?.Contains("wait", StringComparison.OrdinalIgnoreCase) == true)
            ? waiting
        : ordinary;

    private static bool Has<T>(HttpContext context)
        where T : class => context.GetEndpoint()?.Metadata.GetMetadata<T>() is not null;

    private static Task RefuseAsync(HttpContext context, ProblemHttpResult problem)
    {
        context.Response.Headers.RetryAfter = "1";
        return problem.ExecuteAsync(context);
    }

    private sealed class Kind(int permits, int queue, int permitsPerCaller, int queuePerCaller) : IAsyncDisposable
    {
        public ConcurrencyLimiter All { get; } = new(Options(permits, queue));

        public PartitionedRateLimiter<HttpContext> PerCaller { get; } =
            PartitionedRateLimiter.Create<HttpContext, string>(context =>
                RateLimitPartition.GetConcurrencyLimiter(CallerOf(context), _ => Options(permitsPerCaller, queuePerCaller))
            );

        public async ValueTask DisposeAsync()
        {
            await All.DisposeAsync();
            await PerCaller.DisposeAsync();
        }

        private static ConcurrencyLimiterOptions Options(int permits, int queue) =>
            new()
            {
                PermitLimit = permits,
                QueueLimit = queue,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            };

        private static string CallerOf(HttpContext context) =>
            context.User.Name() is { } user ? $"user:{user}" : $"address:{context.Connection.RemoteIpAddress}";
    }
}
