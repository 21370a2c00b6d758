using Microsoft.Extensions.Time.Testing;
using Sidecar.Cel;
using Sidecar.Resiliency;
using Sidecar.Resources;

namespace Sidecar.Tests.Blocks;

public sealed class ResiliencyTests
{
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData("500", 500, true)]
    [InlineData("500", 501, false)]
    [InlineData("429,500-599", 429, true)]
    [InlineData("429,500-599", 550, true)]
    [InlineData("429,500-599", 404, false)]
    public void Ranges_of_status_codes_match_the_codes_within_them(string text, int code, bool covered)
    {
        Assert.True(CodeRanges.TryParse(text, 100, 599, out var ranges));
        Assert.Equal(covered, ranges!.Contains(code));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("99")]
    [InlineData("600")]
    [InlineData("500-400")]
    [InlineData("1-2-3")]
    public void Invalid_ranges_of_status_codes_are_refused(string text) => Assert.False(CodeRanges.TryParse(text, 100, 599, out _));

    [Fact]
    public void Codes_up_to_16_match_gRPC_codes_and_failures_without_a_code_always_match()
    {
        CodeRanges.TryParse("500-599", 100, 599, out var http);
        CodeRanges.TryParse("14", 0, 16, out var grpc);
        var rule = new RetryRule { Http = http, Grpc = grpc };
        Assert.Equal(
            (true, false, true, false, true),
            (rule.Covers(503), rule.Covers(404), rule.Covers(14), rule.Covers(5), rule.Covers(null))
        );
    }

    [Fact]
    public void Exponential_pauses_grow_by_half_up_to_their_limit_and_vary_by_half()
    {
        var rule = new RetryRule { Exponential = true, MaxInterval = TimeSpan.FromSeconds(2) };
        Assert.Equal([0.5, 0.75, 1.125, 1.6875, 2, 2], Enumerable.Range(0, 6).Select(attempt => rule.Pause(attempt, 0.5).TotalSeconds));
        Assert.Equal((0.25, 0.75), (rule.Pause(0, 0).TotalSeconds, rule.Pause(0, 1).TotalSeconds));
    }

    [Fact]
    public void Without_a_rule_a_breaker_opens_after_the_sixth_failure_in_a_row()
    {
        var breaker = Breaker(new BreakerRule(1, TimeSpan.Zero, TimeSpan.FromSeconds(60), null));
        Fail(breaker, 5);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Fail(breaker, 1);
        Assert.Equal("circuit breaker is open", breaker.TryEnter(out _));
    }

    [Fact]
    public void A_half_open_breaker_passes_the_configured_number_of_trials_and_closes_after_their_success()
    {
        var breaker = Breaker(new BreakerRule(2, TimeSpan.Zero, TimeSpan.FromSeconds(10), CelExpression.Parse("totalFailures >= 1")));
        Fail(breaker, 1);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(breaker.TryEnter(out var first));
        Assert.Null(breaker.TryEnter(out var second));
        Assert.Equal("too many requests", breaker.TryEnter(out _));
        breaker.Leave(first, success: true);
        Assert.Equal(BreakerState.HalfOpen, breaker.State);
        breaker.Leave(second, success: true);
        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    public void A_failed_trial_opens_a_half_open_breaker_again()
    {
        var breaker = Breaker(new BreakerRule(1, TimeSpan.Zero, TimeSpan.FromSeconds(10), CelExpression.Parse("consecutiveFailures >= 1")));
        Fail(breaker, 1);
        time.Advance(TimeSpan.FromSeconds(10));
        Fail(breaker, 1);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    public void The_interval_resets_the_counts_of_a_closed_breaker()
    {
        var breaker = Breaker(
            new BreakerRule(1, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), CelExpression.Parse("totalFailures >= 2"))
        );
        Fail(breaker, 1);
        time.Advance(TimeSpan.FromSeconds(5));
        Fail(breaker, 1);
        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Theory]
    [InlineData(0)] // open
    [InlineData(10)] // half-open
    public void A_breaker_closed_from_outside_resets_its_counts_and_ignores_earlier_calls(int seconds)
    {
        var breaker = Breaker(new BreakerRule(1, TimeSpan.Zero, TimeSpan.FromSeconds(10), CelExpression.Parse("consecutiveFailures >= 2")));
        breaker.TryEnter(out var before);
        Fail(breaker, 2);
        time.Advance(TimeSpan.FromSeconds(seconds));

        breaker.Close();

        breaker.Leave(before, success: false);
        Fail(breaker, 1);
        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    public void A_breaker_ignores_results_of_calls_from_an_earlier_state()
    {
        var breaker = Breaker(new BreakerRule(1, TimeSpan.Zero, TimeSpan.FromSeconds(10), CelExpression.Parse("consecutiveFailures >= 1")));
        breaker.TryEnter(out var late);
        Fail(breaker, 1);
        time.Advance(TimeSpan.FromSeconds(10));
        breaker.Leave(late, success: true);
        Assert.Equal(BreakerState.HalfOpen, breaker.State);
    }

    private CircuitBreaker Breaker(BreakerRule rule) => new(rule, time, _ => { });

    private static void Fail(CircuitBreaker breaker, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Null(breaker.TryEnter(out var ticket));
            breaker.Leave(ticket, success: false);
        }
    }
}
