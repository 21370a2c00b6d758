using Sidecar.Metrics;
using Sidecar.Timers;

namespace Sidecar.Actors;

/// <summary>
/// The timers of an app's actors, in memory. The deactivation of an actor leaves its timers, and a tick activates the actor again. Timers
/// outlive the hosting of their type as well; a tick without a host fails. Ticks of one actor run one after the other in the order of their
/// due times.
/// </summary>
internal sealed partial class ActorTimers(string appId, ActorRouter router, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly TimerService clock = new(time);
    private readonly Dictionary<(ActorId Actor, string Name), ActorTimer> timers = []; // guarded by itself, with the timers in it
    private readonly Dictionary<ActorId, Task> ticking = []; // guarded by itself; the latest tick of each actor
    private readonly CancellationTokenSource stopping = new();
    private bool stopped; // guarded by timers

    public int Count
    {
        get
        {
            lock (timers)
            {
                return timers.Count;
            }
        }
    }

    /// <summary>Starts a timer and replaces one of the same name, even if the new one has expired already.</summary>
    public void Set(ActorTimer timer)
    {
        lock (timers)
        {
            Remove(timer.Actor, timer.Name);
            if (!timer.IsExpired && !stopped)
            {
                timers[(timer.Actor, timer.Name)] = timer;
                Arm(timer);
                SidecarMeter.TimersChanged(appId, timer.Actor.Type, 1);
            }
        }
    }

    /// <summary>Idempotent. A tick that waits for an earlier one of the same actor does not run any more.</summary>
    public void Remove(ActorId actor, string name)
    {
        lock (timers)
        {
            if (timers.Remove((actor, name), out var timer))
            {
                timer.Call?.Dispose();
                SidecarMeter.TimersChanged(appId, actor.Type, -1);
            }
        }
    }

    /// <summary>Removes all timers for good. Idempotent. Running ticks continue.</summary>
    public void Stop()
    {
        lock (timers)
        {
            stopped = true;
            foreach (var timer in timers.Values)
            {
                timer.Call?.Dispose();
                SidecarMeter.TimersChanged(appId, timer.Actor.Type, -1);
            }
            timers.Clear();
        }
    }

    /// <summary>Removes all timers and cancels the running ticks.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await stopping.CancelAsync();
        Task[] last;
        lock (ticking)
        {
            last = [.. ticking.Values];
        }
        await Task.WhenAll(last);
        clock.Dispose();
        stopping.Dispose();
    }

    private void Arm(ActorTimer timer) => timer.Call = clock.Schedule(timer.Due, () => Begin(timer));

    private void Begin(ActorTimer timer)
    {
        lock (ticking)
        {
            var before = ticking.GetValueOrDefault(timer.Actor, Task.CompletedTask);
            var task = ticking[timer.Actor] = Task.Run(() => TickAfterAsync(before, timer));
            task.ContinueWith(_ => Forget(timer.Actor, task), TaskScheduler.Default);
        }
    }

    private void Forget(ActorId actor, Task ended)
    {
        lock (ticking)
        {
            if (ticking.GetValueOrDefault(actor) == ended)
            {
                ticking.Remove(actor);
            }
        }
    }

    private async Task TickAfterAsync(Task before, ActorTimer timer)
    {
        await before;
        if (!IsSet(timer))
        {
            return; // removed or replaced meanwhile
        }
        await FireAsync(timer);
        lock (timers)
        {
            if (!IsSet(timer))
            {
                return;
            }
            if (timer.TryAdvance(time.GetUtcNow()))
            {
                Arm(timer);
            }
            else
            {
                Remove(timer.Actor, timer.Name);
            }
        }
    }

    private bool IsSet(ActorTimer timer)
    {
        lock (timers)
        {
            return timers.GetValueOrDefault((timer.Actor, timer.Name)) == timer;
        }
    }

    private async Task FireAsync(ActorTimer timer)
    {
        var succeeded = false;
        try
        {
            await router.FireTimerAsync(timer.Actor, timer.Name, timer.Body, stopping.Token);
            succeeded = true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            LogFailed(e, timer.Name, timer.Actor.ToString()); // counts as a tick
        }
        SidecarMeter.Timer(appId, timer.Actor.Type, succeeded);
    }

    [LoggerMessage(5002, LogLevel.Warning, "Timer {Timer} of actor {Actor} failed")]
    private partial void LogFailed(Exception failure, string timer, string actor);
}
