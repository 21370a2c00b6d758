using System.Globalization;

namespace Sidecar.Bindings.Drivers;

/// <summary><c>bindings.cron</c>: an event at every time of a schedule. What was missed while nobody ran is not made up for.</summary>
internal sealed class CronBinding(CronSchedule schedule, TimeProvider time) : IInputBinding
{
    public IAsyncDisposable Start(BindingHandler handler) => new Clock(schedule, time, handler);

    private sealed class Clock : IAsyncDisposable
    {
        private readonly CancellationTokenSource stopping = new();
        private readonly HashSet<Task> underWay = []; // guarded by itself
        private readonly Task ticking;

        public Clock(CronSchedule schedule, TimeProvider time, BindingHandler handler) => ticking = Task.Run(() => TickAsync(schedule, time, handler));

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await ticking;
            Task[] last;
            lock (underWay)
            {
                last = [.. underWay];
            }
            await Task.WhenAll(last);
            stopping.Dispose();
        }

        private async Task TickAsync(CronSchedule schedule, TimeProvider time, BindingHandler handler)
        {
            try
            {
                var last = time.GetUtcNow();
                while (schedule.After(last, time.LocalTimeZone) is { } due)
                {
                    for (var rest = due - time.GetUtcNow(); rest > TimeSpan.Zero; rest = due - time.GetUtcNow())
                    {
                        // A timer takes no more than some weeks.
                        await Task.Delay(rest < TimeSpan.FromDays(1) ? rest : TimeSpan.FromDays(1), time, stopping.Token);
                    }
                    Fire(time, handler);
                    last = due > time.GetUtcNow() - TimeSpan.FromSeconds(1) ? due : time.GetUtcNow();
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Asked to stop.
            }
        }

        /// <summary>A slow app does not hold up the clock: events may overlap, as in daprd.</summary>
        private void Fire(TimeProvider time, BindingHandler handler)
        {
            var metadata = new Dictionary<string, string>
            {
                ["timeZone"] = "Local",
                ["readTimeUTC"] = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.fffffff '+0000 UTC'", CultureInfo.InvariantCulture),
            };
            var delivery = Task.Run(() => handler(default, metadata, stopping.Token));
            lock (underWay)
            {
                underWay.RemoveWhere(task => task.IsCompleted);
                underWay.Add(delivery);
            }
        }
    }
}
