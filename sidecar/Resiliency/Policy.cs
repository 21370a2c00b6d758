using Polly;
using Polly.Retry;
using Polly.Timeout;
using Sidecar.Resources;

namespace Sidecar.Resiliency;

/// <summary>
/// The policy of one target, from the inside: a timeout per attempt, the breaker, the retry rule, as in daprd. The pipelines are built once
/// per target; many breakers may share them.
/// </summary>
internal sealed class Policy
{
    private static readonly ResiliencePropertyKey<long> Begun = new("begun");
    private static readonly ResiliencePropertyKey<bool> Repeated = new("repeated");
    private static readonly ResiliencePropertyKey<bool> TimedOut = new("timed out");

    /// <summary>The longest time that a timer can wait. A policy with a longer time-out has none.</summary>
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly ResiliencePipeline pipeline;
    private readonly ResiliencePipeline once;
    private readonly CircuitBreaker? breaker;
    private readonly TimeProvider time;
    private readonly Action<Policy> executed;

    /// <param name="executed">Called for each call.</param>
    /// <param name="activated">Called with the kind of policy: once for a call that is repeated, once for one whose attempts time out, and,
    /// with its new state, when an attempt changes the breaker.</param>
    public Policy(
        TimeSpan? timeout,
        RetryRule? retry,
        CircuitBreaker? breaker,
        TimeProvider time,
        Action<Policy> executed,
        Action<string, string> activated
    )
    {
        (this.time, this.breaker, this.executed) = (time, breaker, executed);
        (HasTimeout, HasRetry) = (timeout is { Ticks: > 0 }, retry is not null);
        Retries = retry is { MaxRetries: not 0 };
        once = Build(null);
        pipeline = Retries ? Build(retry) : once;

        ResiliencePipeline Build(RetryRule? repeated)
        {
            var builder = new ResiliencePipelineBuilder { TimeProvider = time };
            if (repeated is not null)
            {
                builder.AddRetry(Options(repeated, activated));
            }
            if (breaker is not null)
            {
                builder.AddStrategy(
                    _ => new CircuitBreakerStrategy(state => activated("circuitbreaker", state)),
                    new CircuitBreakerStrategy.Options()
                );
            }
            if (timeout is { Ticks: > 0 } limit && limit <= LongestTimeout)
            {
                builder.AddTimeout(
                    new TimeoutStrategyOptions
                    {
                        TimeoutGenerator = _ => ValueTask.FromResult(limit), // a fixed Timeout would have to be between 10 ms and a day
                        OnTimeout = arguments =>
                        {
                            ReportFirst(arguments.Context, TimedOut, "timeout", activated);
                            return default;
                        },
                    }
                );
            }
            return builder.Build();
        }
    }

    private Policy(Policy other, CircuitBreaker breaker) =>
        (pipeline, once, Retries, HasTimeout, HasRetry, time, executed, this.breaker) = (
            other.pipeline,
            other.once,
            other.Retries,
            other.HasTimeout,
            other.HasRetry,
            other.time,
            other.executed,
            breaker
        );

    /// <summary>The same pipelines under another breaker of the same rule.</summary>
    public Policy With(CircuitBreaker other) => new(this, other);

    public CircuitBreaker? Breaker => breaker;

    public bool HasTimeout { get; }

    /// <summary>True also for a rule without repetitions.</summary>
    public bool HasRetry { get; }

    /// <summary>True if a call may be repeated, so that its input has to be kept.</summary>
    public bool Retries { get; }

    /// <summary>Runs <paramref name="work"/>, which must observe its token: an attempt that has timed out is waited for.</summary>
    /// <exception cref="TimeoutException">The last attempt took too long; the message is daprd's.</exception>
    /// <exception cref="CircuitBreakerRefusedException">The breaker is open.</exception>
    public ValueTask<T> ExecuteAsync<T>(Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellation) =>
        ExecuteAsync(pipeline, work, cancellation);

    /// <summary>
    /// Like <see cref="ExecuteAsync{T}(Func{CancellationToken, ValueTask{T}}, CancellationToken)"/>, for a call that cannot be repeated:
    /// with timeout and breaker only.
    /// </summary>
    public ValueTask<T> ExecuteOnceAsync<T>(Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellation) =>
        ExecuteAsync(once, work, cancellation);

    private async ValueTask<T> ExecuteAsync<T>(
        ResiliencePipeline pipeline,
        Func<CancellationToken, ValueTask<T>> work,
        CancellationToken cancellation
    )
    {
        executed(this);
        var context = ResilienceContextPool.Shared.Get(cancellation);
        context.Properties.Set(Begun, time.GetTimestamp());
        if (breaker is not null)
        {
            context.Properties.Set(CircuitBreakerStrategy.Breaker, breaker);
        }
        try
        {
            return await pipeline.ExecuteAsync(static (context, work) => work(context.CancellationToken), context, work);
        }
        catch (TimeoutRejectedException e)
        {
            throw new TimeoutException("context deadline exceeded", e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static void ReportFirst(
        ResilienceContext context,
        ResiliencePropertyKey<bool> key,
        string kind,
        Action<string, string> activated
    )
    {
        if (!context.Properties.TryGetValue(key, out _))
        {
            context.Properties.Set(key, true);
            activated(kind, "");
        }
    }

    private RetryStrategyOptions Options(RetryRule rule, Action<string, string> activated) =>
        new()
        {
            MaxRetryAttempts = rule.MaxRetries < 0 ? int.MaxValue : rule.MaxRetries,
            ShouldHandle = arguments =>
                ValueTask.FromResult(
                    OutcomeFailure.Is(arguments.Outcome)
                        && !OutcomeFailure.IsFinal(arguments.Outcome)
                        && rule.Covers(OutcomeFailure.Code(arguments.Outcome))
                        && rule.Fits(Elapsed(arguments.Context))
                ),
            DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(rule.Pause(arguments.AttemptNumber, Random.Shared.NextDouble())),
            OnRetry = arguments =>
            {
                ReportFirst(arguments.Context, Repeated, "retry", activated);
                return default;
            },
        };

    private TimeSpan Elapsed(ResilienceContext context) =>
        context.Properties.TryGetValue(Begun, out var begun) ? time.GetElapsedTime(begun) : TimeSpan.Zero;
}
