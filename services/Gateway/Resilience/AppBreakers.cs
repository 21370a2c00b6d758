using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Polly.CircuitBreaker;
using ServiceDefaults.Refusals;

namespace Gateway.Resilience;

/// <summary>
/// The breakers of the apps behind the edge, and their metric <c>gateway.breaker.state</c>: 0 closed, 1 half open, 2 open.
/// </summary>
internal sealed class AppBreakers : IDisposable
{
    private const string RetryAfterSeconds = "1";

    private readonly ConcurrentDictionary<string, AppBreaker> breakers = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private readonly Meter meter = new("Gateway");

    public AppBreakers(TimeProvider time)
    {
        this.time = time;
        meter.CreateObservableGauge(
            "gateway.breaker.state",
            States,
            description: "Breakers of the apps behind the edge: 0 closed, 1 half open, 2 open."
        );
    }

    public IEnumerable<AppBreaker> All => breakers.Values;

    public AppBreaker Of(string appId) => breakers.GetOrAdd(appId, id => new AppBreaker(id, time));

    public void Dispose() => meter.Dispose();

    /// <summary>Answers 503 at once while the app's breaker is open.</summary>
    public async Task GuardAsync(string appId, HttpContext context, RequestDelegate next)
    {
        var called = await Of(appId)
            .TryAsync(async () =>
            {
                await next(context);
                return context.Items.ContainsKey(LostCall.Mark) ? CallEnd.Lost : CallEnd.Answered;
            });
        if (!called)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            await Problem
                .Of(StatusCodes.Status503ServiceUnavailable, "unavailable", "The service is not available right now; try again.")
                .ExecuteAsync(context);
        }
    }

    private IEnumerable<Measurement<int>> States() =>
        breakers.Values.Select(breaker => new Measurement<int>(
            ValueOf(breaker.State),
            new KeyValuePair<string, object?>("app", breaker.AppId)
        ));

    private static int ValueOf(CircuitState state) =>
        state switch
        {
            CircuitState.Closed => 0,
            CircuitState.HalfOpen => 1,
            _ => 2,
        };
}

/// <summary>Marks a request whose call to the app behind it was lost. Set where a sidecar's failure is translated.</summary>
internal static class LostCall
{
    public static readonly object Mark = new();
}
