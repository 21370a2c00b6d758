using Sidecar.Resources;

namespace Sidecar.Resiliency;

internal enum BreakerState
{
    Closed,
    HalfOpen,
    Open,
}

/// <summary>
/// Counts successes and failures of one target. Closed, it passes every call until the rule trips; open, it refuses calls for the rule's
/// time; half-open, it passes a few trials, whose results decide. Results from an earlier state do not count. Source: the circuit breaker
/// that daprd uses.
/// </summary>
internal sealed class CircuitBreaker(BreakerRule rule, TimeProvider time, Action<CircuitBreaker> changed)
{
    private readonly Lock gate = new();
    private BreakerState state; // guarded by gate
    private BreakerCounts counts; // guarded by gate
    private DateTimeOffset? until = rule.Interval > TimeSpan.Zero ? time.GetUtcNow() + rule.Interval : null; // guarded by gate
    private long generation; // guarded by gate

    public BreakerState State
    {
        get
        {
            lock (gate)
            {
                return Now();
            }
        }
    }

    /// <summary>
    /// Null if the call may proceed; <see cref="Leave"/> must then follow with <paramref name="ticket"/>. Otherwise the reason.
    /// </summary>
    public string? TryEnter(out long ticket)
    {
        lock (gate)
        {
            ticket = 0;
            switch (Now())
            {
                case BreakerState.Open:
                    return "circuit breaker is open";
                case BreakerState.HalfOpen when counts.Requests >= rule.MaxRequests:
                    return "too many requests";
            }
            counts = counts.Begun();
            ticket = generation;
            return null;
        }
    }

    public void Leave(long ticket, bool success)
    {
        lock (gate)
        {
            var now = Now();
            if (ticket != generation)
            {
                return;
            }
            counts = success ? counts.Succeeded() : counts.Failed();
            if (success && now == BreakerState.HalfOpen && counts.ConsecutiveSuccesses >= rule.MaxRequests)
            {
                Become(BreakerState.Closed);
            }
            else if (!success && (now == BreakerState.HalfOpen || rule.Trips(counts)))
            {
                Become(BreakerState.Open);
            }
        }
    }

    /// <summary>Closes it and resets its counts, because its target has been replaced.</summary>
    public void Close()
    {
        lock (gate)
        {
            Become(BreakerState.Closed);
        }
    }

    /// <summary>The state as the clock has it.</summary>
    private BreakerState Now()
    {
        if (until <= time.GetUtcNow())
        {
            Become(state == BreakerState.Open ? BreakerState.HalfOpen : state);
        }
        return state;
    }

    private void Become(BreakerState next)
    {
        var before = state;
        state = next;
        counts = default;
        generation++;
        until = next switch
        {
            BreakerState.Closed when rule.Interval > TimeSpan.Zero => time.GetUtcNow() + rule.Interval,
            BreakerState.Open => time.GetUtcNow() + rule.Timeout,
            _ => null,
        };
        if (before != next)
        {
            changed(this);
        }
    }
}
