using System.Text.Json;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;

namespace Orders.DeadLetters;

internal enum DeadLetterState
{
    Open,
    Replayed,
    Discarded,
}

/// <summary>Stored format: what a person did about a dead letter.</summary>
internal sealed record DeadLetterAction(DeadLetterState Became, DateTimeOffset At, string? Note, string? Operator);

/// <summary>
/// Stored format: an event that <paramref name="App"/> could not take. The envelope is kept as it came, so that it can go back to its
/// topic. <paramref name="N"/>: its number on the list of its state.
/// </summary>
internal sealed record DeadLetter(
    string Id,
    string App,
    string Type,
    string Topic,
    string? Subject,
    DateTimeOffset Since,
    int Times,
    DeadLetterState State,
    long N,
    JsonElement Event
)
{
    public IReadOnlyList<DeadLetterAction> History { get; init; } = [];

    /// <summary>Why the consumer did not take the event, in its own words; null if it did not say.</summary>
    public string? Reason { get; init; }

    /// <summary>The number of deliveries to the consumer, as far as it has counted them.</summary>
    public int? Attempts { get; init; }
}

/// <summary>The rules of dead letters.</summary>
internal static class DeadLetterRules
{
    /// <summary>It came, or came again after it was replayed. A discarded one stays discarded, however often it comes.</summary>
    public static DeadLetter Receive(DeadLetter? before, DeadLetter received) =>
        before is null
            ? received
            : before with
            {
                State = before.State == DeadLetterState.Discarded ? DeadLetterState.Discarded : DeadLetterState.Open,
                Times = before.Times + 1,
                Event = received.Event,
            };

    /// <summary>The consumer has said why it did not take the event.</summary>
    public static Outcome<DeadLetter> Explain(DeadLetter? before, DeliveryFailure failure) =>
        before is null
            ? Refusal.NotFound("dead-letter-not-found", "There is no such dead letter.")
            : before with
            {
                Reason = failure.Reason,
                Attempts = Math.Max(before.Attempts ?? 0, failure.Attempts),
            };

    public static Outcome<DeadLetter> Close(DeadLetter? before, DeadLetterState state, DateTimeOffset at, string? note, string? who) =>
        before switch
        {
            null => Refusal.NotFound("dead-letter-not-found", "There is no such dead letter."),
            { State: DeadLetterState.Open } => before with
            {
                State = state,
                History = [.. before.History, new DeadLetterAction(state, at, note, who)],
            },
            _ => Refusal.Conflict("dead-letter-closed", $"This dead letter was {before.State.ToString().ToLowerInvariant()} already."),
        };

    /// <summary>
    /// What was the <paramref name="times"/>th coming has been put back on its topic. It may have come again before that could be noted:
    /// then it stays open, with the replay in its history.
    /// </summary>
    public static Outcome<DeadLetter> Replay(DeadLetter? before, int times, DateTimeOffset at, string? note, string? who)
    {
        var closed = Close(before, DeadLetterState.Replayed, at, note, who);
        return closed.Value is { } replayed && replayed.Times > times ? replayed with { State = DeadLetterState.Open } : closed;
    }

    /// <summary>Stored format: lists of the dead letters of a state.</summary>
    public static string ListOf(DeadLetterState state) => $"dead-letters-{state.ToString().ToLowerInvariant()}";
}
