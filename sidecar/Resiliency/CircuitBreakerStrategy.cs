using Polly;

namespace Sidecar.Resiliency;

/// <summary>
/// The <see cref="CircuitBreaker"/> of a call as a part of a pipeline: Polly's own opens by ratio and can't follow Dapr's trip expressions.
/// </summary>
/// <param name="changed">Called with the new state of a breaker that an attempt has changed.</param>
internal sealed class CircuitBreakerStrategy(Action<string> changed) : ResilienceStrategy
{
    /// <summary>A call supplies its breaker: pipelines are shared by all breakers of a target.</summary>
    public static readonly ResiliencePropertyKey<CircuitBreaker> Breaker = new("breaker");

    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback,
        ResilienceContext context,
        TState state
    )
    {
        var breaker = context.Properties.GetValue(Breaker, null!);
        var before = breaker.State;
        if (breaker.TryEnter(out var ticket) is { } refusal)
        {
            return Outcome.FromException<TResult>(new CircuitBreakerRefusedException(refusal));
        }
        var outcome = await callback(context, state);
        breaker.Leave(ticket, !OutcomeFailure.Is(outcome));
        if (breaker.State is var after && after != before)
        {
            changed(PolicyMeter.Text(after));
        }
        return outcome;
    }

    internal sealed class Options : ResilienceStrategyOptions;
}

/// <summary>A call refused by a breaker. It is not retried, because the breaker would refuse it again.</summary>
internal sealed class CircuitBreakerRefusedException(string message) : Exception(message);
