using Console.Edge;
using Console.Wording;
using ConsoleComponents.Languages;
using ConsoleComponents.Timelines;

namespace Console.Orders;

/// <summary>
/// The steps of an order's saga as a timeline. A step whose start is not known begins when the one before it was done, which is when
/// the saga went on to it.
/// </summary>
internal static class OrderTimeline
{
    public static IReadOnlyList<TimelineEntry> Of(OrderView order, Localizer text)
    {
        var entries = new List<TimelineEntry>();
        DateTimeOffset? before = order.CreatedAt;
        foreach (var step in order.Steps)
        {
            entries.Add(Of(step, before, text));
            before = step.State == "done" ? step.EndedAt ?? step.At : null;
        }
        return entries;
    }

    private static TimelineEntry Of(StepView step, DateTimeOffset? before, Localizer text)
    {
        var (state, tone) = States.OfStep(step.State, text);
        var ended = step.EndedAt ?? (step.Compensation is null ? step.At : null);
        return new TimelineEntry(States.StepName(step.Name, text), state, tone)
        {
            StartedAt = step.StartedAt ?? (step.State == "done" && ended >= before ? before : null),
            EndedAt = ended,
            Attempts = step.Attempts,
            Detail = Sentence(step.Error, step.Cause),
            Undoing = step.Compensation is { } undoing ? Of(undoing, text) : null,
        };
    }

    private static TimelineEntry Of(CompensationView undoing, Localizer text)
    {
        var (state, tone) = States.OfStep(undoing.State, text);
        return new TimelineEntry(text[CommonPhrases.Undoing], state, tone)
        {
            StartedAt = undoing.StartedAt,
            EndedAt = undoing.EndedAt,
            Attempts = undoing.Attempts,
            Detail = undoing.By is null
                ? Sentence(undoing.Error, undoing.Cause)
                : Sentence(text[Phrases.Decided, undoing.By, state], undoing.Note),
        };
    }

    private static string? Sentence(params string?[] parts) =>
        string.Join(" ", parts.Where(part => !string.IsNullOrEmpty(part))) is { Length: > 0 } text ? text : null;
}
