using Polly;
using Polly.CircuitBreaker;

namespace Gateway.Resilience;

/// <summary>The result of a call, as a circuit breaker counts it.</summary>
internal enum CallEnd
{
    /// <summary>The app has answered, whatever the answer.</summary>
    Answered,

    /// <summary>A time-out, or no connection.</summary>
    Lost,
}

/// <summary>
/// The breaker of one app. Opens after <see cref="Trip"/> lost calls in a row; refusals and errors that the app itself answers do not
/// count, so that no client can close an app for others. While it is open a probe asks the app whether it is well, the way calls go, and
/// its answer closes the breaker. No client's call is a trial: one that waits for an order's end would keep out all others for seconds.
/// </summary>
internal sealed class AppBreaker
{
    /// <summary>Lost calls in a row.</summary>
    private const int Trip = 2;

    private readonly CircuitBreakerStateProvider state = new();
    private readonly CircuitBreakerManualControl control = new();
    private readonly ResiliencePipeline<CallEnd> pipeline;
    private int lost;
    private volatile bool isWell = true;

    public AppBreaker(string appId, TimeProvider time)
    {
        AppId = appId;
        pipeline = new ResiliencePipelineBuilder<CallEnd> { TimeProvider = time }
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions<CallEnd>
                {
                    StateProvider = state,
                    ManualControl = control,
                    // The strategy counts shares of calls; the calls in a row are counted here, and the one that completes them opens it.
                    ShouldHandle = call =>
                        ValueTask.FromResult(call.Outcome.Result == CallEnd.Lost && Interlocked.Increment(ref lost) >= Trip),
                    FailureRatio = 0,
                    MinimumThroughput = Trip,
                    // longer than lost calls in a row take: each up to the time limit of the edge
                    SamplingDuration = TimeSpan.FromMinutes(2),
                    BreakDuration = TimeSpan.FromMilliseconds(500), // how long is decided by the probe
                    OnOpened = _ =>
                    {
                        isWell = false;
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .Build();
    }

    public string AppId { get; }

    public CircuitState State => state.CircuitState;

    /// <summary>True while the probe has to ask.</summary>
    public bool AwaitsProbe => !isWell;

    /// <summary>The probe has had an answer: the breaker closes.</summary>
    public async Task ProbeSucceededAsync()
    {
        Interlocked.Exchange(ref lost, 0);
        isWell = true; // before it closes, because a call that is lost afterwards opens it again
        await control.CloseAsync();
    }

    /// <returns>False, and nothing was called, while the breaker is open.</returns>
    public async Task<bool> TryAsync(Func<Task<CallEnd>> call)
    {
        if (!isWell)
        {
            return false;
        }
        try
        {
            await pipeline.ExecuteAsync(async _ =>
            {
                var end = await call();
                if (end == CallEnd.Answered)
                {
                    Interlocked.Exchange(ref lost, 0);
                }
                return end;
            });
            return true;
        }
        catch (BrokenCircuitException)
        {
            return false; // opened since
        }
    }
}
