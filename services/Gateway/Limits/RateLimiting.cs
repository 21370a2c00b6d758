using System.Globalization;
using System.Threading.RateLimiting;
using ServiceDefaults.Limits;

namespace Gateway.Limits;

/// <summary>Applies <see cref="RateLimits"/> to every request; without a token the answer is 429 with <c>Retry-After</c>.</summary>
internal static class RateLimiting
{
    public static WebApplicationBuilder AddLimits(this WebApplicationBuilder builder)
    {
        var limits = builder.AddLimitOptions();
        builder.Services.AddSingleton<RequestLimiter>();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                RateLimits.PerAddress(limits),
                RateLimits.PerUser(limits, PlacesOrder)
            );
            limiter.OnRejected = (rejected, _) => RefuseAsync(rejected.HttpContext, rejected.Lease);
        });
        return builder;
    }

    private static bool PlacesOrder(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method)
        && context.Request.Path.StartsWithSegments("/api/orders", out var rest)
        && rest.Value is "" or "/" or null;

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
