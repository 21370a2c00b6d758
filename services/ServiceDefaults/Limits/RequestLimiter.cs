using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Limits;

/// <summary>
/// Limits concurrent requests of each kind separately: ordinary requests, requests that wait for an order's end, and streams. With
/// one limit for all, a few waiting customers could use all of it. Callbacks of the app's own sidecar are not limited.
/// </summary>
public sealed class RequestLimiter : IAsyncDisposable
{
    private readonly ConcurrencyLimit ordinary;
    private readonly ConcurrencyLimit waiting;
    private readonly ConcurrencyLimit streams;

    public RequestLimiter(IOptions<LimitOptions> options)
    {
        var limits = options.Value;
        ordinary = new ConcurrencyLimit(limits.Concurrent, limits.Queued, limits.ConcurrentPerCaller, limits.QueuedPerCaller);
        waiting = new ConcurrencyLimit(limits.Waiting, 0, limits.WaitingPerCaller, 0);
        streams = new ConcurrencyLimit(limits.Streams, 0, limits.StreamsPerCaller, 0);
    }

    /// <summary>Middleware, after authorization. Reads the body before it acquires a permit, so that slow clients hold none.</summary>
    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (Has<SidecarCallback>(context))
        {
            await next(context);
            return;
        }
        await BufferedBody.ReadAsync(context.Request, context.RequestAborted);
        using var permit = await KindOf(context).AcquireAsync(context, context.RequestAborted);
        if (permit.CallerHasTooMany)
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
        if (permit.IsOverloaded)
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

    private ConcurrencyLimit KindOf(HttpContext context) =>
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
}
