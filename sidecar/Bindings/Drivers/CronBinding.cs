using System.Globalization;
using Sidecar.Loops;
using Sidecar.Timers;

namespace Sidecar.Bindings.Drivers;

/// <summary>
/// <c>bindings.cron</c>: an event at every time of a schedule. Times missed while the sidecar was not running are skipped.
/// </summary>
internal sealed class CronBinding(string name, CronSchedule schedule, TimeProvider time, ILogger logger) : IInputBinding
{
    public IAsyncDisposable Start(BindingHandler handler) => new CronTimer(name, schedule, time, handler, logger);

    /// <summary>Nothing to dispose: each timer belongs to the caller that has started it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class CronTimer : IAsyncDisposable
    {
        private readonly HashSet<Task> underWay = []; // guarded by itself
        private readonly BackgroundLoop ticking;

        public CronTimer(string name, CronSchedule schedule, TimeProvider time, BindingHandler handler, ILogger logger) =>
            ticking = BackgroundLoop.Start(
                $"The clock of binding {name}",
                stopping => TickAsync(schedule, time, handler, stopping),
                time,
                logger
            );

        public async ValueTask DisposeAsync()
        {
            await ticking.DisposeAsync();
            Task[] last;
            lock (underWay)
            {
                last = [.. underWay];
            }
            await Task.WhenAll(last).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // cancelled by the end of the clock
        }

        private async Task TickAsync(CronSchedule schedule, TimeProvider time, BindingHandler handler, CancellationToken stopping)
        {
            var last = time.GetUtcNow();
            while (schedule.After(last, time.LocalTimeZone) is { } due)
            {
                for (var rest = due - time.GetUtcNow(); rest > TimeSpan.Zero; rest = due - time.GetUtcNow())
                {
                    // A .NET timer is limited to some weeks.
                    await Task.Delay(rest < TimeSpan.FromDays(1) ? rest : TimeSpan.FromDays(1), time, stopping);
                }
                Fire(time, handler, stopping);
                last = due > time.GetUtcNow() - TimeSpan.FromSeconds(1) ? due : time.GetUtcNow();
            }
        }

        /// <summary>A slow app does not delay the timer: events may overlap, as in daprd.</summary>
        private void Fire(TimeProvider time, BindingHandler handler, CancellationToken stopping)
        {
            var metadata = new Dictionary<string, string>
            {
                ["timeZone"] = "Local",
                ["readTimeUTC"] = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.fffffff '+0000 UTC'", CultureInfo.InvariantCulture),
            };
            var delivery = Task.Run(() => handler(default, metadata, stopping), CancellationToken.None);
            lock (underWay)
            {
                underWay.RemoveWhere(task => task.IsCompleted);
                underWay.Add(delivery);
            }
        }
    }
}
