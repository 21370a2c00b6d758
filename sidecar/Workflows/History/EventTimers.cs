using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>
/// Decides whether an event has cancelled a timeout. Each raised event cancels the oldest timer of its name that was created before it and
/// has not fired. Evaluated when a timer is due, so that turns do not pay for it.
/// </summary>
internal static class EventTimers
{
    public static bool IsVoid(IReadOnlyList<HistoryEvent> history, int timerId)
    {
        var waiting = new Dictionary<string, List<int>>(StringComparer.OrdinalIgnoreCase);
        foreach (var @event in history)
        {
            if (@event.TimerCreated is { } created && NameOf(created) is { } name)
            {
                if (!waiting.TryGetValue(name, out var timers))
                {
                    waiting[name] = timers = [];
                }

                timers.Add(@event.EventId);
            }
            else if (@event.TimerFired is { } fired)
            {
                foreach (var timers in waiting.Values)
                {
                    timers.Remove(fired.TimerId);
                }
            }
            else if (@event.EventRaised is { } raised && waiting.TryGetValue(raised.Name, out var timers) && timers.Count > 0)
            {
                if (timers[0] == timerId)
                {
                    return true;
                }

                timers.RemoveAt(0);
            }
        }

        return false;
    }

    /// <summary>Older SDKs mark such a timer by a name alone.</summary>
    private static string? NameOf(TimerCreatedEvent created) =>
        created.ExternalEvent is { } origin ? origin.Name
        : created.HasName && created.OriginCase == TimerCreatedEvent.OriginOneofCase.None ? created.Name
        : null;
}
