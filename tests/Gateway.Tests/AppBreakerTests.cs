using Gateway.Resilience;
using Microsoft.Extensions.Time.Testing;
using Polly.CircuitBreaker;

namespace Gateway.Tests;

public sealed class AppBreakerTests
{
    private readonly FakeTimeProvider time = new();
    private readonly AppBreaker breaker;

    public AppBreakerTests() => breaker = new AppBreaker("orders", time);

    [Fact]
    public async Task Lost_calls_in_a_row_open_the_breaker_which_then_stops_calls()
    {
        Assert.True(await EndAsync(CallEnd.Lost));
        Assert.Equal(CircuitState.Closed, breaker.State);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await EndAsync(CallEnd.Lost));

        Assert.Equal(CircuitState.Open, breaker.State);
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(await breaker.TryAsync(() => throw new InvalidOperationException("called while open")));
    }

    [Fact]
    public async Task A_breaker_counts_lost_calls_in_a_row_whatever_number_of_answers_came_before()
    {
        for (var i = 0; i < 1000; i++)
        {
            await EndAsync(i % 2 == 0 ? CallEnd.Lost : CallEnd.Answered);
        }
        Assert.Equal(CircuitState.Closed, breaker.State);

        await EndAsync(CallEnd.Lost);
        await EndAsync(CallEnd.Lost);

        Assert.Equal(CircuitState.Open, breaker.State);
    }

    [Fact]
    public async Task An_answer_to_the_probe_closes_the_breaker_for_all_calls()
    {
        await OpenAsync();
        await breaker.ProbeSucceededAsync();
        Assert.Equal(CircuitState.Closed, breaker.State);

        var endless = new TaskCompletionSource<CallEnd>();
        var waiting = breaker.TryAsync(() => endless.Task);
        Assert.True(await EndAsync(CallEnd.Answered));
        endless.SetResult(CallEnd.Answered);

        Assert.True(await waiting);
        Assert.True(await EndAsync(CallEnd.Lost)); // one lost call alone is not enough again
        Assert.Equal(CircuitState.Closed, breaker.State);
    }

    [Fact]
    public async Task Lost_calls_after_an_answer_to_the_probe_open_it_until_the_next_answer()
    {
        await OpenAsync();
        await breaker.ProbeSucceededAsync();

        await OpenAsync();

        Assert.Equal(CircuitState.Open, breaker.State);
        Assert.False(await EndAsync(CallEnd.Answered));
    }

    private async Task OpenAsync()
    {
        await EndAsync(CallEnd.Lost);
        await EndAsync(CallEnd.Lost);
        Assert.True(breaker.AwaitsProbe);
    }

    private Task<bool> EndAsync(CallEnd end) => breaker.TryAsync(() => Task.FromResult(end));
}
