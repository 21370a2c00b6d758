using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>Events raised from outside. Names match without regard to case; events and waits of a name meet in order.</summary>
internal sealed class EventInbox
{
    private readonly Dictionary<string, Queue<IOperation>> _waiting = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<HistoryEvent> _untaken = [];

    /// <summary>In the order they were raised.</summary>
    internal IReadOnlyList<HistoryEvent> Untaken => _untaken;

    internal bool IsAwaited => _waiting.Values.Any(queue => queue.Any(wait => wait.IsOpen));

    /// <summary>Takes the oldest event of that name, or null.</summary>
    internal HistoryEvent? Take(string name)
    {
        var place = _untaken.FindIndex(raised => Lookup.Matches(raised.EventRaised.Name, name));
        if (place < 0)
        {
            return null;
        }

        var taken = _untaken[place];
        _untaken.RemoveAt(place);
        return taken;
    }

    internal void Wait(IOperation operation)
    {
        if (!_waiting.TryGetValue(operation.Name, out var queue))
        {
            _waiting.Add(operation.Name, queue = new Queue<IOperation>());
        }

        queue.Enqueue(operation);
    }

    /// <summary>The longest waiting operation the event is for; null when there is none, then the event is kept.</summary>
    internal IOperation? Raise(HistoryEvent raised)
    {
        if (_waiting.TryGetValue(raised.EventRaised.Name, out var queue))
        {
            while (queue.TryDequeue(out var operation))
            {
                // A cancelled wait must not swallow the event.
                if (operation.IsOpen)
                {
                    return operation;
                }
            }
        }

        _untaken.Add(raised);
        return null;
    }
}
