namespace Console.Live;

/// <summary>
/// An event of the platform, reduced to what a page needs to decide whether to read again. Pages read their data through the gateway.
/// <paramref name="ReceivedAt"/> is the clock of this console.
/// </summary>
public sealed record LiveEvent(string Type, string OrderId, DateTimeOffset OccurredAt, DateTimeOffset ReceivedAt)
{
    public string? Saga { get; init; }

    /// <summary>The context that published it: the first word of its type.</summary>
    public string Context => Type.Split('.')[0];
}

/// <summary>Fields of an event's data, wherever it comes from.</summary>
internal sealed record LiveData(string? OrderId = null, DateTimeOffset? OccurredAt = null);
