using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Actors.Reminders;
using Sidecar.Jobs;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Timers;

namespace Sidecar.Tests.Blocks;

/// <summary>Reminders whose store or app fails for a while.</summary>
public sealed class ReminderServiceTests
{
    [Fact]
    public async Task A_reminder_is_retried_although_its_store_failed_before_the_retry()
    {
        var time = new FakeTimeProvider();
        var store = new MemoryStore();
        var ticks = 0;
        using var clock = new TimerService(time);
        await using var reminders = new ReminderService(
            new ReminderStore("app", store),
            clock,
            time,
            (_, _) =>
            {
                if (Interlocked.Increment(ref ticks) > 1)
                {
                    return Task.CompletedTask;
                }
                store.BeforeRead = () =>
                {
                    store.BeforeRead = null;
                    return Task.FromException(new IOException("the store does not answer"));
                };
                return Task.FromException(new IOException("the app does not answer"));
            },
            NullLogger.Instance
        );
        await reminders.StartAsync(_ => true, CancellationToken.None);
        Assert.True(await reminders.TryRegisterAsync(DueOnce(time), overwrite: true, CancellationToken.None));

        await Clock.AdvanceUntilAsync(time, () => Volatile.Read(ref ticks) == 2 && store.Keys.Count == 0);
    }

    [Fact]
    public async Task The_pause_before_a_retry_counts_from_the_start_of_the_failed_attempt()
    {
        var time = new FakeTimeProvider();
        var ticks = 0;
        using var clock = new TimerService(time);
        await using var reminders = new ReminderService(
            new ReminderStore("app", new MemoryStore()),
            clock,
            time,
            (_, _) =>
            {
                if (Interlocked.Increment(ref ticks) > 1)
                {
                    return Task.CompletedTask;
                }
                time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromException(new IOException("the app fails late"));
            },
            NullLogger.Instance
        );
        await reminders.StartAsync(_ => true, CancellationToken.None);
        Assert.True(await reminders.TryRegisterAsync(DueOnce(time), overwrite: true, CancellationToken.None));

        // The failed attempt has taken the whole pause, so the retry needs no more time.
        await Clock.AdvanceUntilAsync(time, () => Volatile.Read(ref ticks) == 2, moves: () => Volatile.Read(ref ticks) == 0);
    }

    private static Reminder DueOnce(FakeTimeProvider time) =>
        new(
            "Counter",
            "a",
            "wake",
            default,
            DueTime: "0s",
            Period: null,
            Ttl: null,
            Next: time.GetUtcNow(),
            Expires: null,
            Left: 1,
            new FailurePolicy(3, TimeSpan.FromSeconds(1))
        );
}
