using System.Collections.Concurrent;
using Sidecar.Jobs;
using Sidecar.Loops;
using Sidecar.Timers;

namespace Sidecar.Actors.Reminders;

/// <summary>
/// Fires the reminders of an app's actors while the app is healthy; reminders that become due meanwhile wait. Ticks that came due while the
/// sidecar was not running, or during another tick, follow one after the other, as with Dapr's scheduler. The time to live ends with the
/// last tick that is due in it, however late that one is. A tick updates its reminder under the ETag it was read with, so a reminder
/// changed or deleted meanwhile keeps its new state.
/// </summary>
internal sealed partial class ReminderService(
    ReminderStore store,
    TimerService clock,
    TimeProvider time,
    Func<Reminder, CancellationToken, Task> tick,
    ILogger logger
) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(ActorId Actor, string Name), ScheduledCall> armed = new();
    private readonly Dictionary<(ActorId Actor, string Name), Task> ticking = []; // guarded by itself; the latest version of each reminder
    private readonly CancellationTokenSource stopping = new();
    private volatile bool held = true;

    /// <summary>Fires the stored reminders of the actor types that the app hosts from now on, overdue ones at once.</summary>
    public async Task StartAsync(Func<string, bool> hosts, CancellationToken cancellation)
    {
        held = false;
        await foreach (var reminder in store.AllAsync(cancellation))
        {
            if (hosts(reminder.ActorType))
            {
                Arm(reminder);
            }
        }
    }

    /// <summary>No reminder fires until the next start. A running tick that fails is repeated after it.</summary>
    public void Hold()
    {
        held = true;
        foreach (var key in armed.Keys)
        {
            Disarm(key);
        }
    }

    /// <summary>
    /// Registers a reminder and replaces one of the same name. Durable once answered. A reminder that expires before its first tick is
    /// removed at once, as by Dapr's scheduler.
    /// </summary>
    /// <returns>False if one exists and <paramref name="overwrite"/> is false.</returns>
    public async Task<bool> TryRegisterAsync(Reminder reminder, bool overwrite, CancellationToken cancellation)
    {
        if (!await store.TryPutAsync(reminder, overwrite, cancellation))
        {
            return false;
        }
        if (reminder.Expires < reminder.Next)
        {
            await UnregisterAsync(reminder.Actor, reminder.Name, cancellation);
        }
        else
        {
            Arm(reminder);
        }
        return true;
    }

    public async Task<IReadOnlyList<Reminder>> ListAsync(string type, string? id, CancellationToken cancellation)
    {
        var found = new List<Reminder>();
        await foreach (var reminder in store.OfAsync(type, id, cancellation))
        {
            found.Add(reminder);
        }
        return found;
    }

    /// <summary>Idempotent. A running tick reads the store first, so it ends without effect.</summary>
    public async Task UnregisterAsync(ActorId actor, string name, CancellationToken cancellation)
    {
        Disarm((actor, name));
        await store.DeleteAsync(actor, name, cancellation);
    }

    public async Task<Reminder?> FindAsync(ActorId actor, string name, CancellationToken cancellation) =>
        (await store.FindAsync(actor, name, cancellation))?.Reminder;

    /// <summary>Stops the ticks and waits for the running ones. Undelivered reminders fire after the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return; // stopped before, so that actors could be deactivated
        }
        await stopping.CancelAsync();
        foreach (var call in armed.Values)
        {
            call.Dispose();
        }
        Task[] last;
        lock (ticking)
        {
            last = [.. ticking.Values];
        }
        await Task.WhenAll(last);
        stopping.Dispose();
    }

    private void Arm(Reminder reminder)
    {
        if (held)
        {
            return;
        }
        var call = clock.Schedule(reminder.Next, () => Begin(reminder.Actor, reminder.Name));
        armed.AddOrUpdate((reminder.Actor, reminder.Name), call, (_, before) =>
        {
            before.Dispose();
            return call;
        });
    }

    private void Begin(ActorId actor, string name)
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }
        lock (ticking)
        {
            var before = ticking.GetValueOrDefault((actor, name));
            var task = ticking[(actor, name)] = Task.Run(() => TickAfterAsync(before, actor, name));
            task.ContinueWith(_ => Forget((actor, name), task), TaskScheduler.Default);
        }
    }

    private void Disarm((ActorId, string) key)
    {
        if (armed.TryRemove(key, out var call))
        {
            call.Dispose();
        }
    }

    /// <summary>Runs one tick of a reminder at a time: it may have been armed again during the last tick.</summary>
    private async Task TickAfterAsync(Task? before, ActorId actor, string name)
    {
        await (before ?? Task.CompletedTask);
        await TickAsync(actor, name);
    }

    private void Forget((ActorId, string) key, Task ended)
    {
        lock (ticking)
        {
            if (ticking.GetValueOrDefault(key) == ended)
            {
                ticking.Remove(key);
            }
        }
    }

    private async Task TickAsync(ActorId actor, string name)
    {
        try
        {
            if (held || await StoreAsync(cancellation => store.FindAsync(actor, name, cancellation), actor, name) is not { } found)
            {
                return;
            }
            var (reminder, etag) = found;
            if (reminder.Next > time.GetUtcNow())
            {
                Arm(reminder); // replaced by a later one just before it came due
                return;
            }
            if (!(reminder.Expires < reminder.Next) && !await TryDeliverAsync(reminder, etag))
            {
                return; // not moved on: fires again once the app is healthy
            }
            var next = After(reminder);
            if (
                await StoreAsync(cancellation => store.TryAdvanceAsync(reminder, etag, next, cancellation), actor, name) && next is not null
            )
            {
                Arm(next);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Not moved on: fires again after the next start.
        }
        catch (Exception e)
        {
            LogTickFailed(e, actor.ToString(), name);
        }
    }

    /// <summary>Retries until the store works: the reminder would otherwise be forgotten until the next start.</summary>
    private Task<T> StoreAsync<T>(Func<CancellationToken, Task<T>> call, ActorId actor, string name) =>
        RetriedStep.UntilDoneAsync($"The record of reminder {name} of actor {actor}", call, time, logger, stopping.Token);

    /// <summary>
    /// Retries as often as the failure policy allows, unless the reminder is changed or deleted meanwhile. A pause counts from the start of
    /// the attempt before it, as in Dapr's scheduler.
    /// </summary>
    /// <returns>False if the tick has failed and the app has become unhealthy.</returns>
    private async Task<bool> TryDeliverAsync(Reminder reminder, string etag)
    {
        var policy = reminder.OnFailure ?? FailurePolicy.Default;
        for (var attempt = 0; ; attempt++)
        {
            var begun = time.GetTimestamp();
            try
            {
                await tick(reminder, stopping.Token);
                return true;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogDeliveryFailed(e, reminder.Actor.ToString(), reminder.Name, attempt + 1);
            }
            if (held)
            {
                return false;
            }
            if (attempt >= policy.Retries)
            {
                return true;
            }
            var pause = policy.Interval - time.GetElapsedTime(begun);
            await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, time, stopping.Token);
            if (held)
            {
                return false;
            }
            var stored = await StoreAsync(
                cancellation => store.FindAsync(reminder.Actor, reminder.Name, cancellation),
                reminder.Actor,
                reminder.Name
            );
            if (stored?.ETag != etag)
            {
                return true;
            }
        }
    }

    private Reminder? After(Reminder reminder)
    {
        var left = reminder.Left > 0 ? reminder.Left - 1 : reminder.Left;
        var next = left == 0 ? null : Schedule.Stored(reminder.Period).Following(reminder.Next, time.GetUtcNow());
        return next is null || reminder.Expires < next ? null : reminder with { Next = next.Value, Left = left };
    }

    [LoggerMessage(
        5101,
        LogLevel.Error,
        "Reminder {Reminder} of actor {Actor} could not be processed; it fires again after the next start"
    )]
    private partial void LogTickFailed(Exception failure, string actor, string reminder);

    [LoggerMessage(5102, LogLevel.Warning, "Reminder {Reminder} of actor {Actor} failed in attempt {Attempt}")]
    private partial void LogDeliveryFailed(Exception failure, string actor, string reminder, int attempt);
}
