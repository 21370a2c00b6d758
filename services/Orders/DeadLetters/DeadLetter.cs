using System.Text.Json;

namespace Orders.DeadLetters;

internal enum DeadLetterState
{
    Open,
    Replayed,
    Discarded,
}

/// <summary>Stored format: an operator's action on a dead letter.</summary>
internal sealed record DeadLetterAction(DeadLetterState Became, DateTimeOffset At, string? Note, string? Operator);

/// <summary>
/// Stored format: an event that <paramref name="App"/> could not process. The envelope is unchanged, so that it can be published to its
/// topic again. <paramref name="N"/>: its number on the list of its state.
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
