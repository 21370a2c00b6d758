using Sidecar.Timers;

namespace Sidecar.Actors;

/// <summary>An active actor: its turn, its timers, the time of its last use.</summary>
internal sealed class Actor(ActorId id, ActorTypeOptions options)
{
    private Dictionary<string, ActorTimer>? timers; // guarded by itself; created with the first timer, because most actors have none

    public ActorId Id => id;

    public ActorTypeOptions Options => options;

    public ActorTurn Turn { get; } = new(options);

    public DateTimeOffset LastUsed { get; set; }

    public ScheduledCall? IdleCheck { get; set; }

    /// <summary>True once deactivated: a caller that still holds the object has to find the new one.</summary>
    public bool Closed { get; set; }

    /// <summary>False when it has been deactivated.</summary>
    public bool TrySetTimer(string name, ActorTimer timer)
    {
        lock (this)
        {
            if (Closed)
            {
                return false;
            }
            timers ??= new(StringComparer.Ordinal);
            if (timers.Remove(name, out var before))
            {
                before.Dispose();
            }
            timers[name] = timer;
            return true;
        }
    }

    public void RemoveTimer(string name)
    {
        lock (this)
        {
            if (timers?.Remove(name, out var timer) == true)
            {
                timer.Dispose();
            }
        }
    }

    public void Close()
    {
        lock (this)
        {
            Closed = true;
            foreach (var timer in timers?.Values.ToList() ?? [])
            {
                timer.Dispose();
            }
            timers = null;
        }
        IdleCheck?.Dispose();
    }
}
