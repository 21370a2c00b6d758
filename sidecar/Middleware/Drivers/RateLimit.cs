using System.Collections.Concurrent;
using System.Globalization;

namespace Sidecar.Middleware.Drivers;

/// <summary><c>middleware.http.ratelimit</c>: so many requests a second for each caller's address, and as many at once.</summary>
internal sealed class RateLimit(double perSecond, TimeProvider time) : IHttpMiddleware
{
    private readonly ConcurrentDictionary<string, Bucket> buckets = new(StringComparer.Ordinal);
    private readonly double most = Math.Max(1, Math.Floor(perSecond));
    private readonly Refusal reached = new(429, "You have reached maximum request limit.")
    {
        Headers = [new("X-Rate-Limit-Limit", perSecond.ToString("0.00", CultureInfo.InvariantCulture)), new("X-Rate-Limit-Duration", "1")],
    };

    public ValueTask<Refusal?> HandleAsync(PipelineRequest request, CancellationToken cancellation)
    {
        var caller = request.Header("X-Forwarded-For") is { Length: > 0 } forwarded ? forwarded.Split(',')[^1].Trim() : request.Caller ?? "0.0.0.0";
        return new(buckets.GetOrAdd(caller, _ => new Bucket(most, time.GetTimestamp())).TryTake(perSecond, most, time) ? null : reached);
    }

    private sealed class Bucket(double left, long filled)
    {
        private readonly Lock gate = new();

        public bool TryTake(double perSecond, double most, TimeProvider time)
        {
            lock (gate)
            {
                var now = time.GetTimestamp();
                left = Math.Min(most, left + time.GetElapsedTime(filled, now).TotalSeconds * perSecond);
                filled = now;
                if (left < 1)
                {
                    return false;
                }
                left--;
                return true;
            }
        }
    }
}
