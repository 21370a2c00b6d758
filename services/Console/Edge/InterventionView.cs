namespace Console.Edge;

public sealed record InterventionView(string InterventionId, string Step, string Error, int Attempts, DateTimeOffset Since)
{
    public string? OrderId { get; init; }

    public string? CustomerId { get; init; }

    public string? Decision { get; init; }

    public string? Note { get; init; }

    public string? Operator { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }
}
