using Sidecar.Timers;

namespace Sidecar.Actors;

/// <summary>A timer of an actor with its next due time. Not thread-safe: <see cref="ActorTimers"/> guards it.</summary>
internal sealed class ActorTimer(ActorId actor, string name, byte[] body, Schedule schedule, DateTimeOffset first, DateTimeOffset? expires)
{
    private int left = schedule.Repetitions;

    public ActorId Actor => actor;

    public string Name => name;

    /// <summary>The body of the call to the app.</summary>
    public byte[] Body => body;

    public DateTimeOffset Due { get; private set; } = first;

    public bool IsExpired => expires <= Due;

    /// <summary>Set while the timer waits for its due time.</summary>
    public ScheduledCall? Call { get; set; }

    /// <summary>
    /// Moves to the next tick. Its time may have passed: ticks that came due during another one follow it at once, as in daprd.
    /// </summary>
    /// <returns>False after the last tick.</returns>
    public bool TryAdvance(DateTimeOffset now)
    {
        left = left > 0 ? left - 1 : left;
        if (left == 0 || schedule.Following(Due, now) is not { } following)
        {
            return false;
        }
        Due = following;
        return !IsExpired;
    }
}
