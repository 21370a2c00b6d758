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
    public async Task Lost_calls_in_a_row_open_it_and_then_nothing_is_called()
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
    public async Task A_lost_call_between_answers_does_not_open_it_and_neither_do_thousands_of_answers_hide_that_the_app_is_gone()
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
    public async Task A_trial_that_is_lost_opens_it_again_until_the_next_answer_of_the_probe()
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
