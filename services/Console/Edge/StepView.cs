namespace Console.Edge;

/// <summary><paramref name="At"/>: when the state was reached. Orders from before the other times and the attempts were kept have this one
/// alone.</summary>
public sealed record StepView(string Name, string State, DateTimeOffset? At = null, string? Error = null)
{
    public string? Cause { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public int? Attempts { get; init; }

    public CompensationView? Compensation { get; init; }
}

public sealed record CompensationView(string State)
{
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public int? Attempts { get; init; }

    public string? Error { get; init; }

    public string? Cause { get; init; }

    public string? By { get; init; }

    public string? Note { get; init; }
}
