namespace Console.Live;

/// <summary>
/// An event of the platform, as far as pages need it to know what to read anew; what they show comes through the gateway, by its rules.
/// <paramref name="ReceivedAt"/> is this console's clock.
/// </summary>
public sealed record LiveEvent(string Type, string OrderId, DateTimeOffset OccurredAt, DateTimeOffset ReceivedAt)
{
    public string? Saga { get; init; }

    /// <summary>The context that published it: the first word of its type.</summary>
    public string Context => Type.Split('.')[0];
}

/// <summary>Fields of an event's data, wherever it comes from.</summary>
internal sealed record LiveData(string? OrderId = null, DateTimeOffset? OccurredAt = null);
