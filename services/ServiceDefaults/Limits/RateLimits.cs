using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using ServiceDefaults.Identity;

namespace ServiceDefaults.Limits;

/// <summary>Token buckets per address and per user. Users have a second bucket for new orders.</summary>
public static class RateLimits
{
    public static PartitionedRateLimiter<HttpContext> PerAddress(LimitOptions limits) =>
        PartitionedRateLimiter.Create<HttpContext, IPAddress>(context =>
            RateLimitPartition.GetTokenBucketLimiter(context.Connection.RemoteIpAddress ?? IPAddress.None, _ =>
                Bucket(limits.PerAddressPerSecond, limits.PerAddressBurst)
            )
        );

    /// <summary>Limits requests of users only.</summary>
    /// <param name="placesOrder">True if the request places an order.</param>
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
