namespace Sidecar.Workflows.Instances;

/// <summary>
/// Times for external events, each later than the previous one, because two events of one name are distinguished by their time.
/// </summary>
internal sealed class EventClock(TimeProvider clock)
{
    private long last;

    public DateTimeOffset Next()
    {
        while (true)
        {
            var before = Volatile.Read(ref last);
            var next = Math.Max(clock.GetUtcNow().Ticks, before + 1);
            if (Interlocked.CompareExchange(ref last, next, before) == before)
            {
                return new DateTimeOffset(next, TimeSpan.Zero);
            }
        }
    }
}
