using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.Limits;

/// <summary>
/// The limits of a service at the edge: <see cref="RateLimits"/> for every request, whose refusals are 429 with <c>Retry-After</c>, and
/// <see cref="RequestLimiter"/>.
/// </summary>
public static class RateLimiting
{
    /// <param name="placesOrder">True if the request places an order; null: none does.</param>
    /// <param name="registers">True if the request registers a customer; null: none does.</param>
    /// <param name="opensStream">True if the request opens an event stream; null: none does.</param>
    public static WebApplicationBuilder AddLimits(
        this WebApplicationBuilder builder,
        Func<HttpContext, bool>? placesOrder = null,
        Func<HttpContext, bool>? registers = null,
        Func<HttpContext, bool>? opensStream = null
    )
    {
        var limits = builder.AddLimitOptions();
        builder.Services.AddSingleton<RequestLimiter>();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                RateLimits.PerAddress(limits, registers ?? (_ => false)),
                RateLimits.PerUser(limits, placesOrder ?? (_ => false), opensStream ?? (_ => false))
            );
            limiter.OnRejected = (rejected, _) => RefuseAsync(rejected.HttpContext, rejected.Lease);
        });
        return builder;
    }

    /// <summary>Limits the concurrent requests from here on. Called after authorization.</summary>
    public static WebApplication UseRequestLimiter(this WebApplication app)
    {
        var limiter = app.Services.GetRequiredService<RequestLimiter>();
        app.Use(next => context => limiter.GuardAsync(context, next));
        return app;
    }

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
