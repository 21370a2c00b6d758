using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ServiceDefaults.Identity;

namespace Gateway.Limits;

/// <summary>A token bucket per address and per user; without tokens the answer is 429 with <c>Retry-After</c>.</summary>
internal static class RateLimits
{
    public static WebApplicationBuilder AddLimits(this WebApplicationBuilder builder)
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
        builder.Services.AddSingleton<RequestLimiter>();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(PerAddress(limits), PerUser(limits));
            limiter.OnRejected = (rejected, _) => RefuseAsync(rejected.HttpContext, rejected.Lease);
        });
        return builder;
    }

    private static PartitionedRateLimiter<HttpContext> PerAddress(LimitOptions limits) =>
        PartitionedRateLimiter.Create<HttpContext, IPAddress>(context =>
            RateLimitPartition.GetTokenBucketLimiter(context.Connection.RemoteIpAddress ?? IPAddress.None, _ =>
                Bucket(limits.PerAddressPerSecond, limits.PerAddressBurst)
            )
        );

    private static PartitionedRateLimiter<HttpContext> PerUser(LimitOptions limits) =>
        PartitionedRateLimiter.Create<HttpContext, string>(context =>
            context.User.Name() is { } user
                ? RateLimitPartition.GetTokenBucketLimiter(user, _ => Bucket(limits.PerUserPerSecond, limits.PerUserBurst))
                : RateLimitPartition.GetNoLimiter("")
        );

    /// <summary>Filled ten times a second, so that a tenth of a second is the longest that a token is late.</summary>
    private static TokenBucketRateLimiterOptions Bucket(int perSecond, int burst) =>
        new()
        {
            TokenLimit = burst,
            TokensPerPeriod = Math.Max(1, perSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, perSecond / 10) / (double)perSecond),
        };

    private static async ValueTask RefuseAsync(HttpContext context, RateLimitLease lease)
    {
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await TypedResults
            .Problem(
                "Too many requests; slow down.",
                statusCode: StatusCodes.Status429TooManyRequests,
                extensions: new Dictionary<string, object?> { ["code"] = "rate-limited" }
            )
            .ExecuteAsync(context);
    }
}
