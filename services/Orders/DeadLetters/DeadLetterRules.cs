using ServiceDefaults.Events;
using ServiceDefaults.Refusals;

namespace Orders.DeadLetters;

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

    /// <summary>
    /// Closes an open letter. The same operator may discard it again with the same note: the answer to the first request may be lost after
    /// the write. A second replay would publish the event again, and is refused.
    /// </summary>
    public static Outcome<DeadLetter> Close(DeadLetter? before, DeadLetterState state, DateTimeOffset at, string? note, string? who) =>
        before switch
        {
            null => Refusal.NotFound("dead-letter-not-found", "There is no such dead letter."),
            { State: DeadLetterState.Open } => before with
            {
                State = state,
                History = [.. before.History, new DeadLetterAction(state, at, note, who)],
            },
            { State: DeadLetterState.Discarded, History: [.., { Operator: not null } last] }
                when last == new DeadLetterAction(state, last.At, note, who) => before,
            _ => Refusal.Conflict("dead-letter-closed", $"This dead letter was {before.State.ToString().ToLowerInvariant()} already."),
        };

    /// <summary>
    /// Records the replay of the <paramref name="times"/>th arrival. If the letter has arrived again before, it stays open, with the
    /// replay in its history.
    /// </summary>
    public static Outcome<DeadLetter> Replay(DeadLetter? before, int times, DateTimeOffset at, string? note, string? who)
    {
        var closed = Close(before, DeadLetterState.Replayed, at, note, who);
        return closed.Value is { } replayed && replayed.Times > times ? replayed with { State = DeadLetterState.Open } : closed;
    }

    /// <summary>Stored format: lists of the dead letters of a state.</summary>
    public static string ListOf(DeadLetterState state) => $"dead-letters-{state.ToString().ToLowerInvariant()}";
}
