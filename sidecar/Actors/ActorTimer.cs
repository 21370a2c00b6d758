using Sidecar.Timers;

namespace Sidecar.Actors;

/// <summary>
/// A timer of an active actor; it ends with the actor. Ticks run one after the other; those that came due during another one follow it
/// at once, as in daprd.
/// </summary>
internal sealed class ActorTimer(Schedule schedule, DateTimeOffset? expires, TimerService clock, TimeProvider time, Func<Task> tick)
    : IDisposable
{
    private ScheduledCall? next;
    private int left = schedule.Repetitions;
    private bool disposed;

    public void Start(DateTimeOffset first) => Arm(first);

    public void Dispose()
    {
        disposed = true;
        next?.Dispose();
    }

    private void Arm(DateTimeOffset due)
    {
        if (!disposed && !(expires <= due))
        {
            next = clock.Schedule(due, () => _ = Task.Run(() => TickAsync(due)));
        }
    }

    private async Task TickAsync(DateTimeOffset due)
    {
        await tick();
        left = left > 0 ? left - 1 : left;
        if (left != 0 && schedule.Following(due, time.GetUtcNow()) is { } following)
        {
            Arm(following);
        }
    }
}
