using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using ServiceDefaults.Identity;

namespace ServiceDefaults.Limits;

/// <summary>
/// Token buckets: per address for requests without a user, per user for the others. New orders, new event streams and new customers have
/// a second bucket.
/// </summary>
public static class RateLimits
{
    /// <param name="registers">True if the request registers a customer, with a user or without one.</param>
    public static PartitionedRateLimiter<HttpContext> PerAddress(LimitOptions limits, Func<HttpContext, bool> registers) =>
        PartitionedRateLimiter.CreateChained(
            OfAddresses(context => context.User.Name() is null, Bucket(limits.PerAddressPerSecond, limits.PerAddressBurst)),
            OfAddresses(registers, Bucket(limits.RegistrationsPerAddressPerSecond, limits.RegistrationsPerAddressBurst))
        );

    /// <summary>Limits requests of users only.</summary>
    /// <param name="placesOrder">True if the request places an order.</param>
    /// <param name="opensStream">True if the request opens an event stream.</param>
    public static PartitionedRateLimiter<HttpContext> PerUser(
        LimitOptions limits,
        Func<HttpContext, bool> placesOrder,
        Func<HttpContext, bool> opensStream
    ) =>
        PartitionedRateLimiter.CreateChained(
            OfUsers(_ => true, Bucket(limits.PerUserPerSecond, limits.PerUserBurst)),
            OfUsers(placesOrder, Bucket(limits.OrdersPerUserPerSecond, limits.OrdersPerUserBurst, limits.OrdersPerUserQueued)),
            OfUsers(opensStream, Bucket(limits.StreamsPerUserPerSecond, limits.StreamsPerUserBurst))
        );

    private static PartitionedRateLimiter<HttpContext> OfAddresses(Func<HttpContext, bool> counts, TokenBucketRateLimiterOptions bucket) =>
        PartitionedRateLimiter.Create<HttpContext, IPAddress>(context =>
            counts(context)
                ? RateLimitPartition.GetTokenBucketLimiter(ClientAddress.Of(context), _ => bucket)
                : RateLimitPartition.GetNoLimiter(IPAddress.Any) // a key that is no client's address
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
