using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults.Identity;

namespace ServiceDefaults.Limits;

/// <summary>Token buckets per address and per user. Users have a second bucket for new orders.</summary>
public static class RateLimits
{
    /// <summary>Adds <see cref="LimitOptions"/>, and the web server's own limits for slow and for large requests.</summary>
    public static LimitOptions AddLimitOptions(this WebApplicationBuilder builder)
    {
        builder
            .Services.AddOptions<LimitOptions>()
            .BindConfiguration("Limits")
            .Validate(
                options => options.AreSane,
                "Limits: queues must be at least 0, MostHeaderBytes 1025, MostHeaders 9, everything else 1"
            )
            .ValidateOnStart();
        var limits = builder.Configuration.GetSection("Limits").Get<LimitOptions>() ?? new LimitOptions();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestHeadersTotalSize = limits.MostHeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = limits.MostHeaders;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.SlowestBody, TimeSpan.FromSeconds(5));
        });
        return limits;
    }

    public static PartitionedRateLimiter<HttpContext> PerAddress(LimitOptions limits) =>
        PartitionedRateLimiter.Create<HttpContext, IPAddress>(context =>
            RateLimitPartition.GetTokenBucketLimiter(context.Connection.RemoteIpAddress ?? IPAddress.None, _ =>
                Bucket(limits.PerAddressPerSecond, limits.PerAddressBurst)
            )
        );

    /// <summary>Limits requests of users only.</summary> <param name="placesOrder">Whether a request places an order.</param>
    public static PartitionedRateLimiter<HttpContext> PerUser(LimitOptions limits, Func<HttpContext, bool> placesOrder) =>
        PartitionedRateLimiter.CreateChained(
            OfUsers(_ => true, Bucket(limits.PerUserPerSecond, limits.PerUserBurst)),
            OfUsers(placesOrder, Bucket(limits.OrdersPerUserPerSecond, limits.OrdersPerUserBurst, limits.OrdersPerUserQueued))
        );

    private static PartitionedRateLimiter<HttpContext> OfUsers(Func<HttpContext, bool> counts, TokenBucketRateLimiterOptions bucket) =>
        PartitionedRateLimiter.Create<HttpContext, string>(context =>
            context.User.Name() is { } user && counts(context)
                ? RateLimitPartition.GetTokenBucketLimiter(user, _ => bucket)
                : RateLimitPartition.GetNoLimiter("")
        );

    /// <summary>Filled ten times a second, so that a tenth of a second is the longest that a token is late.</summary>
    private static TokenBucketRateLimiterOptions Bucket(int perSecond, int burst, int queued = 0) =>
        new()
        {
            TokenLimit = burst,
            TokensPerPeriod = Math.Max(1, perSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, perSecond / 10) / (double)perSecond),
            QueueLimit = queued,
        };
}
