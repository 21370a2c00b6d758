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
    public async Task Once_the_probe_has_an_answer_one_call_is_the_trial_and_its_answer_closes_it()
    {
        await OpenAsync();
        breaker.ProbeSucceeded();
        time.Advance(TimeSpan.FromSeconds(1));

        var trial = new TaskCompletionSource<CallEnd>();
        var trying = breaker.TryAsync(() => trial.Task);
        Assert.False(await EndAsync(CallEnd.Answered));
        trial.SetResult(CallEnd.Answered);

        Assert.True(await trying);
        Assert.Equal(CircuitState.Closed, breaker.State);
        Assert.True(await EndAsync(CallEnd.Lost)); // one lost call alone is not enough again
        Assert.Equal(CircuitState.Closed, breaker.State);
    }

    [Fact]
    public async Task A_lost_trial_call_opens_the_breaker_until_the_next_answer_to_the_probe()
    {
        await OpenAsync();
        breaker.ProbeSucceeded();
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await EndAsync(CallEnd.Lost));

        Assert.Equal(CircuitState.Open, breaker.State);
        Assert.True(breaker.AwaitsProbe);
    }

    private async Task OpenAsync()
    {
        await EndAsync(CallEnd.Lost);
        await EndAsync(CallEnd.Lost);
        Assert.True(breaker.AwaitsProbe);
    }

    private Task<bool> EndAsync(CallEnd end) => breaker.TryAsync(() => Task.FromResult(end));
}
