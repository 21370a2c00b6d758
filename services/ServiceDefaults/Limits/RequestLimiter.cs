using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Limits;

/// <summary>
/// Limits concurrent requests of each kind separately: ordinary requests, requests that wait for an order's end, streams, and those whose
/// body is still arriving. With one limit for all, a few waiting customers could use all of it. Callbacks of the app's own sidecar are not
/// limited.
/// </summary>
public sealed class RequestLimiter : IAsyncDisposable
{
    private readonly ConcurrencyLimit bodies;
    private readonly ConcurrencyLimit ordinary;
    private readonly ConcurrencyLimit waiting;
    private readonly ConcurrencyLimit streams;

    public RequestLimiter(IOptions<LimitOptions> options)
    {
        var limits = options.Value;
        bodies = new ConcurrencyLimit(limits.Bodies, 0, limits.BodiesPerCaller, 0);
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
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            using var arriving = await bodies.AcquireAsync(context, context.RequestAborted);
            if (ReasonAgainst(arriving) is { } refused)
            {
                await RefuseAsync(context, refused);
                return;
            }
            await BufferedBody.ReadAsync(context.Request, context.RequestAborted);
        }
        using var permit = await KindOf(context).AcquireAsync(context, context.RequestAborted);
        if (ReasonAgainst(permit) is { } reason)
        {
            await RefuseAsync(context, reason);
            return;
        }
        await next(context);
    }

    public async ValueTask DisposeAsync()
    {
        await bodies.DisposeAsync();
        await ordinary.DisposeAsync();
        await waiting.DisposeAsync();
        await streams.DisposeAsync();
    }

    private ConcurrencyLimit KindOf(HttpContext context) =>
        Has<LongLived>(context) ? streams
        : Has<WaitsForEnd>(context) && WaitPreference.SecondsOf(context.Request) is not null ? waiting
        : ordinary;

    private static ProblemHttpResult? ReasonAgainst(ConcurrencyPermit permit) =>
        permit.CallerHasTooMany
            ? Problem.Of(
                StatusCodes.Status429TooManyRequests,
                "too-many-at-once",
                "You have too many requests of this kind under way; wait for one of them to end."
            )
        : permit.IsOverloaded
            ? Problem.Of(StatusCodes.Status503ServiceUnavailable, "overloaded", "The system has more to do than it can; try again.")
        : null;

    private static bool Has<T>(HttpContext context)
        where T : class => context.GetEndpoint()?.Metadata.GetMetadata<T>() is not null;

    private static Task RefuseAsync(HttpContext context, ProblemHttpResult problem)
    {
        context.Response.Headers.RetryAfter = "1";
        return problem.ExecuteAsync(context);
    }
}
