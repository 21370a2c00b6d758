using System.Text.Json;
using Orders.DeadLetters;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;

namespace Orders.Tests.DeadLetters;

public sealed class DeadLetterRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly DeadLetter Letter = new(
        "inventory.7",
        "inventory",
        "shipment.shipped",
        "shipments",
        "order-1",
        Now,
        1,
        DeadLetterState.Open,
        3,
        JsonDocument.Parse("{}").RootElement
    );

    [Fact]
    public void A_replayed_letter_is_closed_with_the_operators_name()
    {
        var replayed = DeadLetterRules.Replay(Letter, Letter.Times, Now, "again", "op-1").Value!;

        Assert.Equal(DeadLetterState.Replayed, replayed.State);
        Assert.Equal(new DeadLetterAction(DeadLetterState.Replayed, Now, "again", "op-1"), Assert.Single(replayed.History));
    }

    [Fact]
    public void A_letter_that_came_back_before_its_replay_was_noted_stays_open()
    {
        var back = DeadLetterRules.Receive(Letter, Letter);

        var noted = DeadLetterRules.Replay(back, Letter.Times, Now, "again", "op-1").Value!;

        Assert.Equal((DeadLetterState.Open, 2), (noted.State, noted.Times));
        Assert.Equal(DeadLetterState.Replayed, Assert.Single(noted.History).Became);
    }

    [Fact]
    public void A_letter_that_came_back_after_its_replay_was_noted_is_open_again()
    {
        var noted = DeadLetterRules.Replay(Letter, Letter.Times, Now, null, null).Value!;

        Assert.Equal(
            (DeadLetterState.Open, 2),
            (DeadLetterRules.Receive(noted, Letter).State, DeadLetterRules.Receive(noted, Letter).Times)
        );
    }

    [Fact]
    public void A_discarded_letter_stays_discarded_when_it_arrives_again()
    {
        var discarded = DeadLetterRules.Close(Letter, DeadLetterState.Discarded, Now, "lost at sea", "op-1").Value!;

        var again = DeadLetterRules.Receive(discarded, Letter);

        Assert.Equal((DeadLetterState.Discarded, 2), (again.State, again.Times));
        Assert.Equal(discarded.History, again.History);
    }

    [Fact]
    public void A_letter_keeps_the_reason_of_its_consumer_and_the_attempts()
    {
        var explained = DeadLetterRules.Explain(Letter, new DeliveryFailure("7", "holds no goods", 4, Now)).Value!;

        Assert.Equal(("holds no goods", 4, DeadLetterState.Open), (explained.Reason, explained.Attempts, explained.State));
        Assert.Equal(
            ("away", 4),
            DeadLetterRules.Explain(explained, new DeliveryFailure("7", "away", 1, Now)).Value is { } restarted
                ? (restarted.Reason, restarted.Attempts)
                : default
        );
        Assert.Equal("holds no goods", DeadLetterRules.Receive(explained, Letter).Reason);
        Assert.NotNull(DeadLetterRules.Explain(null, new DeliveryFailure("7", "away", 1, Now)).Refusal);
    }

    [Theory]
    [InlineData(nameof(DeadLetterState.Replayed))]
    [InlineData(nameof(DeadLetterState.Discarded))]
    public void A_closed_letter_can_neither_be_replayed_nor_discarded(string state)
    {
        var closed = Letter with { State = Enum.Parse<DeadLetterState>(state) };

        Assert.Equal("dead-letter-closed", DeadLetterRules.Replay(closed, closed.Times, Now, null, null).Refusal?.Code);
        Assert.Equal("dead-letter-closed", DeadLetterRules.Close(closed, DeadLetterState.Discarded, Now, "lost", null).Refusal?.Code);
    }

    [Fact]
    public void The_same_operator_may_discard_a_letter_again_with_the_same_note()
    {
        var discarded = DeadLetterRules.Close(Letter, DeadLetterState.Discarded, Now, "lost at sea", "op-1").Value!;

        Assert.Same(discarded, Discard("lost at sea", "op-1").Value);
        Assert.Equal("dead-letter-closed", Discard("lost at sea", "op-2").Refusal?.Code);
        Assert.Equal("dead-letter-closed", Discard("another note", "op-1").Refusal?.Code);
        Assert.Equal("dead-letter-closed", DeadLetterRules.Replay(discarded, 1, Now, "lost at sea", "op-1").Refusal?.Code);

        Outcome<DeadLetter> Discard(string note, string who) =>
            DeadLetterRules.Close(discarded, DeadLetterState.Discarded, Now.AddMinutes(1), note, who);
    }

    [Fact]
    public void Replaying_an_unknown_letter_is_refused() =>
        Assert.Equal("dead-letter-not-found", DeadLetterRules.Replay(null, 1, Now, null, null).Refusal?.Code);
}
