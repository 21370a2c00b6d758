using Microsoft.Extensions.Time.Testing;
using Payments.Provider;
using ServiceFakes;

namespace Payments.Tests;

public sealed class SimulatedProviderTests
{
    private readonly FakeTimeProvider time = new();
    private readonly SimulatedProvider provider;

    public SimulatedProviderTests() => provider = new SimulatedProvider(new MemoryState().Knows<Charge>().Client, time);

    [Theory]
    [InlineData("tok_declined", "card_declined")]
    [InlineData("tok_insufficient_funds", "insufficient_funds")]
    [InlineData("tok_of_another_world", "unknown_token")]
    public async Task Declining_tokens_store_no_charge(string token, string code)
    {
        Assert.Equal(ChargeResult.Declined(code), await ChargeAsync(token));
        Assert.Null(await provider.FindAsync("o1", default));
    }

    [Fact]
    public async Task Tok_ok_charges_once_however_often_it_is_called()
    {
        Assert.True((await ChargeAsync("tok_ok")).Charged);
        Assert.True((await ChargeAsync("tok_ok")).Charged);

        Assert.Equal((1000L, 1), ((await provider.FindAsync("o1", default))!.Amount, (await provider.FindAsync("o1", default))!.Attempts));
    }

    [Fact]
    public async Task Tok_timeout_charges_and_answers_too_late()
    {
        var charging = ChargeAsync("tok_timeout");

        Assert.False(charging.IsCompleted);
        Assert.NotNull(await provider.FindAsync("o1", default));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await charging).Charged);
    }

    [Fact]
    public async Task Tok_flaky_fails_twice_then_works()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => ChargeAsync("tok_flaky"));
        await Assert.ThrowsAsync<HttpRequestException>(() => ChargeAsync("tok_flaky"));
        Assert.Null(await provider.FindAsync("o1", default));

        Assert.True((await ChargeAsync("tok_flaky")).Charged);
        Assert.NotNull(await provider.FindAsync("o1", default));
    }

    [Fact]
    public async Task Tok_refund_fails_charges_and_never_refunds()
    {
        await ChargeAsync("tok_refund_fails");

        await Assert.ThrowsAsync<HttpRequestException>(() => provider.RefundAsync("o1", default));
        Assert.False((await provider.FindAsync("o1", default))!.Refunded);
    }

    [Fact]
    public async Task A_refund_may_be_repeated()
    {
        await ChargeAsync("tok_ok");
        await provider.RefundAsync("o1", default);
        await provider.RefundAsync("o1", default);

        Assert.True((await provider.FindAsync("o1", default))!.Refunded);
    }

    [Theory]
    [InlineData("tok_ok", 0)]
    [InlineData("tok_flaky", 0)]
    [InlineData("tok_flaky", 1)]
    public async Task An_order_that_was_closed_before_it_was_charged_is_never_charged(string token, int failed)
    {
        for (var attempt = 0; attempt < failed; attempt++)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => ChargeAsync(token));
        }
        await provider.RefundAsync("o1", default);

        for (var attempt = 0; attempt < 3; attempt++)
        {
            Assert.Equal(ChargeResult.Declined("order_closed"), await ChargeAsync(token));
        }
        Assert.Null(await provider.FindAsync("o1", default));
    }

    private Task<ChargeResult> ChargeAsync(string token) => provider.ChargeAsync("o1", 1000, "EUR", token, default);
}
