namespace Console.Live;

/// <summary>
/// Counts what the events say, in memory and since this console was started: figures for a plot, not books. Bounded, however many
/// orders there are.
/// </summary>
public sealed class OrderFigures(TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private const int Intervals = 60;
    private const int MaxOpen = 20_000;
    private const int MaxDurations = 1000;

    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Dictionary<long, int[]> counts = []; // guarded by gate, as all below
    private readonly Dictionary<string, DateTimeOffset> open = new(StringComparer.Ordinal);
    private readonly Queue<TimeSpan> durations = new();
    private readonly Queue<(DateTimeOffset At, string Context)> recent = new();

    public void Count(LiveEvent @event)
    {
        lock (gate)
        {
            recent.Enqueue((@event.ReceivedAt, @event.Context));
            Forget(@event.ReceivedAt);
            switch (@event.Type)
            {
                case "order.created":
                    Add(@event.ReceivedAt, 0);
                    if (open.Count < MaxOpen)
                    {
                        open[@event.OrderId] = @event.OccurredAt;
                    }
                    break;
                case "order.confirmed":
                    Add(@event.ReceivedAt, 1);
                    End(@event);
                    break;
                case "order.cancelled":
                    Add(@event.ReceivedAt, 2);
                    End(@event);
                    break;
                case "order.intervention-required":
                    Add(@event.ReceivedAt, 3);
                    break;
            }
        }
    }

    public FiguresSnapshot Read()
    {
        var now = time.GetUtcNow();
        var last = Slot(now);
        lock (gate)
        {
            Forget(now);
            var sorted = durations.Order().ToList();
            return new FiguresSnapshot(
                [.. Enumerable.Range(0, Intervals).Select(back => Of(last - Intervals + 1 + back))],
                Percentile(sorted, 0.5),
                Percentile(sorted, 0.99),
                open.Count,
                recent.GroupBy(one => one.Context).ToDictionary(group => group.Key, group => group.Count() / RateWindow.TotalSeconds)
            );
        }
    }

    private static TimeSpan? Percentile(List<TimeSpan> sorted, double part) =>
        sorted.Count == 0 ? null : sorted[(int)Math.Min(sorted.Count - 1, Math.Ceiling(part * sorted.Count) - 1)];

    private static long Slot(DateTimeOffset at) => at.Ticks / Interval.Ticks;

    private IntervalFigures Of(long slot)
    {
        var found = counts.GetValueOrDefault(slot) ?? [0, 0, 0, 0];
        return new IntervalFigures(new DateTimeOffset(slot * Interval.Ticks, TimeSpan.Zero), found[0], found[1], found[2], found[3]);
    }

    private void Add(DateTimeOffset at, int kind)
    {
        var slot = Slot(at);
        if (!counts.TryGetValue(slot, out var found))
        {
            counts[slot] = found = new int[4];
            foreach (var old in counts.Keys.Where(key => key <= slot - Intervals).ToList())
            {
                counts.Remove(old);
            }
        }
        found[kind]++;
    }

    private void End(LiveEvent @event)
    {
        if (!open.Remove(@event.OrderId, out var created))
        {
            return; // placed before this console was started, or ended before: a confirmed order may be cancelled
        }
        durations.Enqueue(@event.OccurredAt - created);
        if (durations.Count > MaxDurations)
        {
            durations.Dequeue();
        }
    }

    private void Forget(DateTimeOffset now)
    {
        while (recent.TryPeek(out var oldest) && oldest.At <= now - RateWindow)
        {
            recent.Dequeue();
        }
    }
}
