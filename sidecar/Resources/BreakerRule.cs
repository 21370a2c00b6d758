using Sidecar.Cel;

namespace Sidecar.Resources;

/// <summary>
/// The rule of a circuit breaker. <paramref name="MaxRequests"/> is the number of trials while it is half-open, <paramref name="Interval"/>
/// the time after which the counts of the closed state reset (zero: never), <paramref name="Timeout"/> the time that it stays open. Without
/// <paramref name="Trip"/> it opens after more than five failures in a row. Source: Dapr docs, "Circuit breaker resiliency policies".
/// </summary>
internal sealed record BreakerRule(int MaxRequests, TimeSpan Interval, TimeSpan Timeout, CelExpression? Trip)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    private const int DefaultConsecutiveFailures = 5;

    /// <summary>An expression that can't be evaluated does not trip, as in daprd.</summary>
    public bool Trips(BreakerCounts counts)
    {
        if (Trip is null)
        {
            return counts.ConsecutiveFailures > DefaultConsecutiveFailures;
        }
        try
        {
            return Trip.Holds(
                ("requests", counts.Requests),
                ("totalSuccesses", counts.TotalSuccesses),
                ("totalFailures", counts.TotalFailures),
                ("consecutiveSuccesses", counts.ConsecutiveSuccesses),
                ("consecutiveFailures", counts.ConsecutiveFailures)
            );
        }
        catch (CelException)
        {
            return false;
        }
    }
}

/// <summary>The counts of the breaker's current state.</summary>
internal readonly record struct BreakerCounts(
    int Requests,
    int TotalSuccesses,
    int TotalFailures,
    int ConsecutiveSuccesses,
    int ConsecutiveFailures
)
{
    public BreakerCounts Begun() => this with { Requests = Requests + 1 };

    public BreakerCounts Succeeded() =>
        this with
        {
            TotalSuccesses = TotalSuccesses + 1,
            ConsecutiveSuccesses = ConsecutiveSuccesses + 1,
            ConsecutiveFailures = 0,
        };

    public BreakerCounts Failed() =>
        this with
        {
            TotalFailures = TotalFailures + 1,
            ConsecutiveFailures = ConsecutiveFailures + 1,
            ConsecutiveSuccesses = 0,
        };
}
