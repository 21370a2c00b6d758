using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading.RateLimiting;

namespace Sidecar.Middleware.Drivers;

/// <summary>
/// <c>middleware.http.ratelimit</c>: a token bucket for each caller's address, which <c>X-Forwarded-For</c> or <c>X-Real-IP</c> may name. A
/// bucket that is full again is removed by the library after ten seconds.
/// </summary>
internal sealed class RateLimit(double perSecond) : IHttpMiddleware
{
    private const double MinPeriod = 1e-6; // seconds
    private const double MaxPeriod = 1e9;

    private readonly Refusal reached = new(429, "You have reached maximum request limit.")
    {
        Headers = [new("X-Rate-Limit-Limit", perSecond.ToString("0.00", CultureInfo.InvariantCulture)), new("X-Rate-Limit-Duration", "1")],
    };

    private readonly PartitionedRateLimiter<PipelineRequest> buckets = PartitionedRateLimiter.Create<PipelineRequest, ushort>(request =>
        RateLimitPartition.GetTokenBucketLimiter(Bucket(Caller(request)), _ => Options(perSecond))
    );

    public ValueTask<Refusal?> HandleAsync(PipelineRequest request, CancellationToken cancellation)
    {
        try
        {
            using var lease = buckets.AttemptAcquire(request);
            return new(lease.IsAcquired ? null : reached);
        }
        catch (ObjectDisposedException)
        {
            return new((Refusal?)null); // the component was removed after the request had entered the pipeline: no limit applies any more
        }
    }

    public ValueTask DisposeAsync() => buckets.DisposeAsync();

    /// <summary>Tokens are whole, so a fraction of a request a second is one token in a longer period.</summary>
    internal static TokenBucketRateLimiterOptions Options(double perSecond) =>
        new()
        {
            TokenLimit = (int)Math.Clamp(Math.Floor(perSecond), 1, int.MaxValue),
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Clamp(1 / perSecond, MinPeriod, MaxPeriod)),
        };

    /// <summary>
    /// Anybody can invent addresses, so an address is folded to 16 bits: never more than 65,536 buckets. IPv4 addresses of one network
    /// (/16) never share a bucket. Of IPv6 the first 64 bits count, as in daprd.
    /// </summary>
    internal static ushort Bucket(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).TryWriteBytes(bytes, out var length);
        var folded = 0;
        foreach (var part in MemoryMarshal.Cast<byte, ushort>(bytes[..Math.Min(length, 8)]))
        {
            folded ^= part;
        }
        return (ushort)folded;
    }

    /// <summary>The last address of a list: that of the proxy nearest to the sidecar. Text that is no address does not count.</summary>
    private static IPAddress Caller(PipelineRequest request) =>
        Parse(request.Header("X-Forwarded-For")?.Split(',')[^1])
        ?? Parse(request.Header("X-Real-IP"))
        ?? Parse(request.Caller)
        ?? IPAddress.Any;

    /// <summary>Some proxies add the port.</summary>
    private static IPAddress? Parse(string? text) => IPEndPoint.TryParse(text.AsSpan().Trim(), out var end) ? end.Address : null;
}
