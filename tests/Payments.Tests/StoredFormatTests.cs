using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Payments.Charging;
using Payments.Provider;
using ServiceDefaults;
using ServiceDefaults.State;
using ServiceFakes;

namespace Payments.Tests;

/// <summary>
/// What is stored or sent outlives the code that wrote it: its fields are never renamed or removed, and older texts are still read.
/// </summary>
public sealed class StoredFormatTests
{
    private static readonly Payment Begun = Payment.Begin("o1", 1000, "EUR", "tok_ok");

    [Fact]
    public void A_payment_keeps_its_text_in_every_status()
    {
        Assert.Equal("""{"orderId":"o1","status":"pending","amount":1000,"currency":"EUR","token":"tok_ok","version":0}""", Write(Begun));
        Assert.Equal(
            """{"orderId":"o1","status":"completed","amount":1000,"currency":"EUR","token":"","version":1}""",
            Write(Begun.Complete())
        );
        Assert.Equal(
            """{"orderId":"o1","status":"failed","amount":1000,"currency":"EUR","token":"","reason":"card_declined","version":1}""",
            Write(Begun.Fail("card_declined"))
        );
        Assert.Equal(
            """{"orderId":"o1","status":"refunded","amount":1000,"currency":"EUR","token":"","version":2}""",
            Write(Begun.Complete().Refund())
        );
    }

    [Fact]
    public void A_stored_payment_loads_with_reordered_and_added_fields() =>
        Assert.Equal(
            Begun.Complete() with
            {
                Token = "tok_ok",
            }, // as older records have it
            JsonSerializer.Deserialize<Payment>(
                """{"version":1,"addedLater":true,"token":"tok_ok","currency":"EUR","amount":1000,"status":"completed","orderId":"o1"}""",
                Json.Options
            )
        );

    [Fact]
    public void A_charge_in_the_simulators_books_keeps_its_text() =>
        Assert.Equal(
            """{"orderId":"o1","amount":1000,"currency":"EUR","token":"tok_ok","captured":true,"refunded":false,"attempts":1}""",
            Write(new Charge("o1", 1000, "EUR", "tok_ok", true, false, 1))
        );

    [Fact]
    public async Task Published_events_keep_their_text_and_carry_no_token()
    {
        var state = new MemoryState().Knows<Payment>();
        var payments = new PaymentStore(state.Client, new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));

        var begun = await payments.FindOrBeginAsync(Begun, default);
        Assert.Equal(WriteResult.Written, await payments.DecideAsync(begun, begun.Value.Complete(), default));
        var completed = (await payments.FindAsync("o1", default))!;
        Assert.Equal(WriteResult.Written, await payments.DecideAsync(completed, completed.Value.Refund(), default));
        var another = await payments.FindOrBeginAsync(Begun with { OrderId = "o2", Saga = "choreography" }, default);
        Assert.Equal(WriteResult.Written, await payments.DecideAsync(another, another.Value.Fail("card_declined"), default));

        Assert.Equal(
            [
                new PublishedEvent(
                    "payment.completed",
                    "o1",
                    """{"eventId":"o1:payment.completed","version":1,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o1","amount":1000,"currency":"EUR"}"""
                ),
                new PublishedEvent(
                    "payment.refunded",
                    "o1",
                    """{"eventId":"o1:payment.refunded","version":2,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o1","amount":1000,"currency":"EUR"}"""
                ),
                new PublishedEvent(
                    "payment.failed",
                    "o2",
                    """{"eventId":"o2:payment.failed","version":1,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o2","amount":1000,"currency":"EUR","reason":"card_declined","code":"card-declined","message":"The card was declined."}"""
                ),
            ],
            state.Published
        );
        Assert.Equal(["payments-store", "payments-store", "payments-choreography"], state.Outboxes);
        Assert.NotNull(state.JsonOf("payments-store", "payment-o1"));
    }

    [Theory]
    [InlineData("Skip", "skip", "completed")]
    [InlineData("Resolved", "resolved", "refunded")]
    public async Task A_decision_about_a_refund_is_kept_with_its_payment_and_published(string kind, string word, string status)
    {
        var state = new MemoryState().Knows<Payment>();
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var payments = new PaymentStore(state.Client, new FakeTimeProvider(at));
        var begun = await payments.FindOrBeginAsync(Begun.Complete(), default);

        Assert.Equal(
            WriteResult.Written,
            await payments.RecordDecisionAsync(
                begun,
                begun.Value.Decide(new RefundDecision(Enum.Parse<RefundDecisionKind>(kind), "by hand", "eve", at)).Event!,
                default
            )
        );

        Assert.Equal(
            $$$"""{"orderId":"o1","status":"{{{status}}}","amount":1000,"currency":"EUR","token":"","version":2,"decision":{"kind":"{{{word}}}","note":"by hand","operator":"eve","at":"2026-01-02T03:04:05+00:00"}}""",
            state.JsonOf("payments-store", "payment-o1")
        );
        Assert.Equal(
            $$"""{"eventId":"o1:payment.refund-decided","version":2,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o1","decision":"{{word}}","status":"{{status}}","note":"by hand","operator":"eve"}""",
            Assert.Single(state.Published).Json
        );
    }

    [Fact]
    public void A_pending_payment_has_no_event() => Assert.Throws<InvalidOperationException>(() => Begun.EventType());

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, Json.Options);
}
