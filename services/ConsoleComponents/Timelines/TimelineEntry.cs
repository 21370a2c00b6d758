using ConsoleComponents.Data;

namespace ConsoleComponents.Timelines;

/// <summary>A step of a workflow. Times that are not known are left out. <paramref name="Undoing"/> is its compensation.</summary>
public sealed record TimelineEntry(string Title, string State, Tone Tone)
{
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public int? Attempts { get; init; }

    public string? Detail { get; init; }

    public TimelineEntry? Undoing { get; init; }

    public TimeSpan? Took => EndedAt - StartedAt;
}
