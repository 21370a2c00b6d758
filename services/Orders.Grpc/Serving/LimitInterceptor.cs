using System.Globalization;
using System.Threading.RateLimiting;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;
using ServiceDefaults.Limits;

namespace Orders.Grpc.Serving;

/// <summary>
/// Limits calls per user as the gateway does, after <see cref="CallerInterceptor"/>. Addresses mean nothing here, because the calls of
/// all users may come from one sidecar. Refuses with RESOURCE_EXHAUSTED, with the seconds to wait in the metadata <c>retry-after</c>,
/// and with UNAVAILABLE when all users together have too many calls under way.
/// </summary>
internal sealed class LimitInterceptor : Interceptor, IAsyncDisposable
{
    private const string Placing = nameof(OrderServing.CreateOrder);
    private const string Streaming = nameof(OrderServing.StreamOrders);

    private readonly PartitionedRateLimiter<HttpContext> rates;
    private readonly ConcurrencyLimit calls;
    private readonly ConcurrencyLimit streams;

    public LimitInterceptor(IOptions<LimitOptions> options)
    {
        var limits = options.Value;
        rates = RateLimits.PerUser(limits, context => Calls(context, Placing), context => Calls(context, Streaming));
        calls = new ConcurrencyLimit(limits.Concurrent, limits.Queued, limits.ConcurrentPerCaller, limits.QueuedPerCaller);
        streams = new ConcurrencyLimit(limits.Streams, 0, limits.StreamsPerCaller, 0);
    }

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    )
    {
        using var permit = await AdmitAsync(calls, context);
        return await continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        using var permit = await AdmitAsync(streams, context);
        await continuation(request, responseStream, context);
    }

    public async ValueTask DisposeAsync()
    {
        await rates.DisposeAsync();
        await calls.DisposeAsync();
        await streams.DisposeAsync();
    }

    private static bool Calls(HttpContext context, string method) =>
        context.Request.Path.Value!.EndsWith($"/{method}", StringComparison.Ordinal);

    private async Task<IDisposable> AdmitAsync(ConcurrencyLimit limit, ServerCallContext context)
    {
        var request = context.GetHttpContext();
        using (var rate = await rates.AcquireAsync(request, 1, context.CancellationToken))
        {
            if (!rate.IsAcquired)
            {
                throw Refusal(
                    StatusCode.ResourceExhausted,
                    "rate-limited",
                    "Too many requests; slow down.",
                    rate.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.Zero
                );
            }
        }
        var permit = await limit.AcquireAsync(request, context.CancellationToken);
        if (!permit.CallerHasTooMany && !permit.IsOverloaded)
        {
            return permit;
        }
        permit.Dispose();
        throw permit.CallerHasTooMany
            ? Refusal(
                StatusCode.ResourceExhausted,
                "too-many-at-once",
                "You have too many requests of this kind under way; wait for one of them to end.",
                TimeSpan.Zero
            )
            : Refusal(StatusCode.Unavailable, "overloaded", "The system has more to do than it can; try again.", TimeSpan.Zero);
    }

    /// <summary>The trailer <c>code</c> is the one that the gateway gives for the same refusal.</summary>
    private static RpcException Refusal(StatusCode status, string code, string message, TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return new RpcException(new Status(status, message), new Metadata { { "code", code }, { "retry-after", seconds } });
    }
}
