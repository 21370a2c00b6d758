using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Payments.Charging;
using Payments.Provider;
using ServiceFakes;

namespace Payments.Tests;

public sealed class PaymentServiceTests
{
    private static readonly Charge Charged = new("o1", 1000, "EUR", "tok_ok", true, false, 1);

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly MemoryState state = new MemoryState().Knows<Payment>();
    private readonly Mock<IPaymentProvider> provider = new();
    private readonly PaymentStore payments;
    private readonly PaymentService service;

    public PaymentServiceTests()
    {
        payments = new PaymentStore(state.Client, time);
        service = new PaymentService(
            payments,
            provider.Object,
            Options.Create(new PaymentOptions { ProviderTimeout = TimeSpan.FromSeconds(2) }),
            time,
            NullLogger<PaymentService>.Instance
        );
        ProviderCharges(() => Task.FromResult(ChargeResult.Ok));
    }

    [Fact]
    public async Task A_successful_charge_completes_the_payment_and_publishes_it()
    {
        var payment = await ChargeAsync();

        Assert.Equal(PaymentStatus.Completed, payment.Status);
        Assert.Equal(payment, await StoredAsync());
        var published = Assert.Single(state.Published);
        Assert.Equal(("payment.completed", "o1"), (published.Type, published.Subject));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("card_declined")]
    public async Task A_decided_payment_no_longer_contains_its_token(string? decline)
    {
        string? charged = null;
        ProviderCharges(async () =>
        {
            charged = (await StoredAsync()).Token;
            return decline is null ? ChargeResult.Ok : ChargeResult.Declined(decline);
        });

        await ChargeAsync();

        Assert.Equal(("tok_ok", ""), (charged, (await StoredAsync()).Token));
    }

    [Fact]
    public async Task The_payment_is_on_record_before_the_provider_is_called()
    {
        PaymentStatus? seen = null;
        ProviderCharges(async () =>
        {
            seen = (await StoredAsync()).Status;
            return ChargeResult.Ok;
        });

        await ChargeAsync();

        Assert.Equal(PaymentStatus.Pending, seen);
    }

    [Fact]
    public async Task A_declined_card_fails_the_payment_with_the_providers_reason()
    {
        ProviderCharges(() => Task.FromResult(ChargeResult.Declined("card_declined")));

        var payment = await ChargeAsync();

        Assert.Equal((PaymentStatus.Failed, "card_declined"), (payment.Status, payment.Reason));
        Assert.Equal("payment.failed", Assert.Single(state.Published).Type);
    }

    [Fact]
    public async Task Charging_a_paid_order_again_gives_the_same_answer_and_no_second_charge()
    {
        var first = await ChargeAsync();

        Assert.Equal(first, await ChargeAsync());
        VerifyCharges(Times.Once());
        Assert.Single(state.Published);
    }

    [Fact]
    public async Task A_charge_that_answered_too_late_but_is_on_the_books_completes_the_payment()
    {
        ProviderNeverAnswers();
        LedgerHolds(Charged);

        var charging = ChargeAsync();
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(PaymentStatus.Completed, (await charging).Status);
    }

    [Fact]
    public async Task A_charge_of_unknown_outcome_that_is_given_back_already_does_not_complete_the_payment()
    {
        ProviderCharges(() => Task.FromException<ChargeResult>(new HttpRequestException("away")));
        LedgerHolds(Charged with { Refunded = true });

        Assert.Equal(PaymentStatus.Failed, (await ChargeAsync()).Status);
        Assert.Equal("payment.failed", Assert.Single(state.Published).Type);
    }

    [Fact]
    public async Task A_charge_that_did_not_answer_and_is_not_on_the_books_stays_unknown()
    {
        ProviderNeverAnswers();

        var charging = ChargeAsync();
        time.Advance(TimeSpan.FromSeconds(3));

        await Assert.ThrowsAsync<HttpRequestException>(() => charging);
        Assert.Equal(PaymentStatus.Pending, (await StoredAsync()).Status);
        Assert.Empty(state.Published);
    }

    [Fact]
    public async Task A_charge_with_an_unknown_outcome_is_retried_under_the_same_key()
    {
        ProviderCharges(() => Task.FromException<ChargeResult>(new HttpRequestException("away")));
        await Assert.ThrowsAsync<HttpRequestException>(ChargeAsync);

        ProviderCharges(() => Task.FromResult(ChargeResult.Ok));

        Assert.Equal(PaymentStatus.Completed, (await ChargeAsync()).Status);
        VerifyCharges(Times.Exactly(2));
    }

    [Fact]
    public async Task A_cancelled_request_is_not_reported_as_a_time_out()
    {
        using var caller = new CancellationTokenSource();
        ProviderNeverAnswers();

        var charging = service.ChargeAsync("o1", 1000, "EUR", "tok_ok", caller.Token);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => charging);
        provider.Verify(port => port.FindAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()), Times.Never());
    }

    [Fact]
    public async Task A_completed_payment_can_be_given_back()
    {
        await ChargeAsync();
        LedgerHolds(Charged);

        var payment = await RefundAsync();

        Assert.Equal((PaymentStatus.Refunded, 1000L), (payment.Status, payment.Amount));
        VerifyRefunds(Times.Once());
        Assert.Equal(["payment.completed", "payment.refunded"], state.Published.Select(published => published.Type));
    }

    [Fact]
    public async Task Refunding_twice_publishes_one_event()
    {
        await ChargeAsync();
        LedgerHolds(Charged);
        var first = await RefundAsync();

        Assert.Equal(first, await RefundAsync());
        Assert.Single(state.Published, published => published.Type == "payment.refunded");
    }

    [Fact]
    public async Task A_refund_the_provider_refuses_leaves_the_payment_completed()
    {
        await ChargeAsync();
        LedgerHolds(Charged);
        provider
            .Setup(port => port.RefundAsync("o1", It.IsAny<CancellationToken>()))
            .ThrowsAsync(new HttpRequestException("the provider refuses to refund"));

        await Assert.ThrowsAsync<HttpRequestException>(RefundAsync);
        Assert.Equal(PaymentStatus.Completed, (await StoredAsync()).Status);
    }

    [Fact]
    public async Task A_charge_of_unknown_outcome_that_is_on_the_books_is_given_back()
    {
        ProviderCharges(() => Task.FromException<ChargeResult>(new HttpRequestException("away")));
        await Assert.ThrowsAsync<HttpRequestException>(ChargeAsync);
        LedgerHolds(Charged);

        Assert.Equal(PaymentStatus.Refunded, (await RefundAsync()).Status);
        VerifyRefunds(Times.Once());
    }

    [Fact]
    public async Task Charging_after_a_refund_that_came_first_is_refused()
    {
        Assert.Equal(PaymentStatus.Failed, (await RefundAsync()).Status);

        var payment = await ChargeAsync();

        Assert.Equal(PaymentStatus.Failed, payment.Status);
        VerifyCharges(Times.Never());
    }

    [Fact]
    public async Task A_charge_that_arrives_after_the_order_was_given_up_is_given_back()
    {
        var answer = new TaskCompletionSource<ChargeResult>();
        ProviderCharges(() => answer.Task);
        var charging = ChargeAsync();
        Assert.Equal(PaymentStatus.Failed, (await RefundAsync()).Status);
        VerifyRefunds(Times.Once());

        answer.SetResult(ChargeResult.Ok);

        Assert.Equal(PaymentStatus.Failed, (await charging).Status);
        VerifyRefunds(Times.Exactly(2));
        Assert.Equal(["payment.failed"], state.Published.Select(published => published.Type));
    }

    [Fact]
    public async Task An_order_is_closed_at_the_provider_before_its_books_are_read()
    {
        var calls = new List<string>();
        provider.Setup(port => port.RefundAsync("o1", It.IsAny<CancellationToken>())).Callback(() => calls.Add("close"));
        provider.Setup(port => port.FindAsync("o1", It.IsAny<CancellationToken>())).Callback(() => calls.Add("find"));

        var given = await RefundAsync();

        Assert.Equal((PaymentStatus.Failed, Payment.NeverCharged), (given.Status, given.Reason));
        Assert.Equal(["close", "find"], calls);
    }

    private Task<Payment> ChargeAsync() => service.ChargeAsync("o1", 1000, "EUR", "tok_ok", default);

    [Fact]
    public async Task A_decision_about_a_refund_is_recorded_once_and_not_for_money_that_is_back()
    {
        await ChargeAsync();
        var skip = new RefundDecision(RefundDecisionKind.Skip, "written off", "eve", time.GetUtcNow());

        var first = await service.RecordDecisionAsync("o1", skip, default);
        var again = await service.RecordDecisionAsync("o1", skip with { Kind = RefundDecisionKind.Resolved }, default);

        Assert.Equal((PaymentStatus.Completed, skip), (first!.Status, first.Decision));
        Assert.Equal(first, again);
        Assert.Equal(["payment.completed", "payment.refund-decided"], state.Published.Select(published => published.Type));
        Assert.Null(await service.RecordDecisionAsync("o2", skip, default));
        Assert.True((Payment.Begin("o3", 0, "EUR", "") with { Status = PaymentStatus.Refunded }).Decide(skip).IsNothingToDo);
    }

    [Fact]
    public async Task A_payment_that_was_given_back_by_hand_is_not_refunded_again()
    {
        await ChargeAsync();
        LedgerHolds(Charged);
        await service.RecordDecisionAsync("o1", Decision(RefundDecisionKind.Resolved), default);

        Assert.Equal(PaymentStatus.Refunded, (await RefundAsync()).Status);
        Assert.Equal(PaymentStatus.Refunded, (await ChargeAsync()).Status);

        VerifyRefunds(Times.Never());
    }

    [Fact]
    public async Task A_pending_payment_that_an_operator_has_skipped_is_neither_charged_nor_refunded()
    {
        ProviderCharges(() => Task.FromException<ChargeResult>(new HttpRequestException("away")));
        await Assert.ThrowsAsync<HttpRequestException>(ChargeAsync);
        await service.RecordDecisionAsync("o1", Decision(RefundDecisionKind.Skip), default);
        ProviderCharges(() => Task.FromResult(ChargeResult.Ok));
        LedgerHolds(Charged);

        Assert.Equal(PaymentStatus.Pending, (await ChargeAsync()).Status);
        Assert.Equal(PaymentStatus.Pending, (await RefundAsync()).Status);
        Assert.Equal("", (await StoredAsync()).Token);

        VerifyCharges(Times.Once());
        VerifyRefunds(Times.Never());
    }

    private RefundDecision Decision(RefundDecisionKind kind) => new(kind, "by hand", "eve", time.GetUtcNow());

    private Task<Payment> RefundAsync() => service.RefundAsync("o1", default);

    private async Task<Payment> StoredAsync() => (await payments.FindAsync("o1", default))!.Value;

    private void ProviderCharges(Func<Task<ChargeResult>> answer) =>
        provider.Setup(port => port.ChargeAsync("o1", 1000, "EUR", "tok_ok", It.IsAny<CancellationToken>())).Returns(answer);

    private void ProviderNeverAnswers() =>
        provider
            .Setup(port => port.ChargeAsync("o1", 1000, "EUR", "tok_ok", It.IsAny<CancellationToken>()))
            .Returns(
                async (string _, long _, string _, string _, CancellationToken cancellation) =>
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
                    return ChargeResult.Ok;
                }
            );

    private void LedgerHolds(Charge charge) =>
        provider.Setup(port => port.FindAsync("o1", It.IsAny<CancellationToken>())).ReturnsAsync(charge);

    private void VerifyCharges(Times times) =>
        provider.Verify(
            port =>
                port.ChargeAsync(
                    It.IsAny<string>(),
                    It.IsAny<long>(),
                    It.IsAny<string>(),
                    It.IsAny<string>(),
                    It.IsAny<CancellationToken>()
                ),
            times
        );

    private void VerifyRefunds(Times times) => provider.Verify(port => port.RefundAsync("o1", It.IsAny<CancellationToken>()), times);
}
