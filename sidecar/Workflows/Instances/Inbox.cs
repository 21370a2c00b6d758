using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>The received events that an instance has not consumed, in order of arrival. Used by the instance's loop only.</summary>
internal sealed class Inbox
{
    private readonly HashSet<Resolution> settling = [];
    private List<Message> waiting = [];

    public IReadOnlyList<Message> Waiting => waiting;

    public bool IsSettling(Resolution resolution) => settling.Contains(resolution);

    public bool Has(HistoryEvent.EventTypeOneofCase kind) => waiting.Exists(m => m.Event.EventTypeCase == kind);

    public void Add(Message message)
    {
        // The start event opens the history, whatever arrived before it.
        if (message.Event.ExecutionStarted is not null)
        {
            waiting.Insert(0, message);
        }
        else
        {
            waiting.Add(message);
        }

        if (Resolution.Of(message.Event) is { } resolution)
        {
            settling.Add(resolution);
        }
    }

    /// <summary>The events that the next turn consumes; empty if the instance has to wait.</summary>
    public List<Message> NextBatch(Execution execution, DateTimeOffset now)
    {
        if (waiting.Count == 0)
        {
            return [];
        }

        var terminated = waiting.FindIndex(m => m.Event.ExecutionTerminated is not null);
        if (terminated >= 0)
        {
            return waiting[..(terminated + 1)];
        }

        if (execution.Started is null && !IsStartDue(now))
        {
            return [];
        }

        if (execution.IsSuspended)
        {
            return Resumption();
        }

        var suspended = waiting.FindIndex(m => m.Event.ExecutionSuspended is not null);
        return suspended switch
        {
            0 => waiting[..1],
            > 0 => waiting[..suspended],
            _ => [.. waiting],
        };
    }

    public DateTimeOffset? ScheduledStart =>
        waiting.Find(m => m.Event.ExecutionStarted is not null)?.Event.ExecutionStarted.ScheduledStartTimestamp?.ToDateTimeOffset();

    public void Take(IReadOnlyCollection<Message> batch)
    {
        var taken = batch.ToHashSet();
        waiting.RemoveAll(taken.Contains);
    }

    /// <summary>Puts the messages of a discarded turn back in their places.</summary>
    public void PutBack(IReadOnlyCollection<Message> batch)
    {
        waiting = [.. batch, .. waiting];
    }

    /// <summary>Consumed for good.</summary>
    public void Consumed(IEnumerable<Message> batch)
    {
        foreach (var message in batch)
        {
            if (Resolution.Of(message.Event) is { } resolution)
            {
                settling.Remove(resolution);
            }
        }
    }

    public void Replace(IEnumerable<Message> messages)
    {
        settling.Clear();
        waiting = [];
        foreach (var message in messages)
        {
            Add(message);
        }
    }

    /// <summary>As in daprd, any other event starts an instance before its time.</summary>
    private bool IsStartDue(DateTimeOffset now) =>
        waiting[0].Event.ExecutionStarted is not null && (waiting.Count > 1 || ScheduledStart is not { } due || due <= now);

    /// <summary>
    /// While suspended only a resumption counts. It ends all suspensions before it; the events that were held back follow it.
    /// </summary>
    private List<Message> Resumption()
    {
        var at = waiting.FindIndex(m => m.Event.ExecutionResumed is not null);
        if (at < 0)
        {
            return [];
        }

        var next = waiting.FindIndex(at, m => m.Event.ExecutionSuspended is not null);
        var upTo = next < 0 ? waiting.Count : next;
        var before = waiting[..at].ToLookup(m => m.Event.ExecutionSuspended is not null);
        return [.. before[true], waiting[at], .. before[false], .. waiting[(at + 1)..upTo]];
    }
}
