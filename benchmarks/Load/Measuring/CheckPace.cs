namespace Load.Measuring;

/// <summary>
/// When to ask for an order. Each question is work for the system under test, so the first comes shortly before orders of late have
/// ended; the later ones follow in steps of an eighth of that time, which bounds what the steps add to the measured latency.
/// </summary>
internal sealed class CheckPace
{
    private const double Learning = 0.1;
    private const double Early = 0.85;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private long expected = TimeSpan.FromMilliseconds(8).Ticks; // after the answer to the POST; torn updates don't matter, lost ones neither

    public TimeSpan Again => AtLeast(TimeSpan.FromTicks(Volatile.Read(ref expected) / 8));

    public TimeSpan First => AtLeast(TimeSpan.FromTicks((long)(Volatile.Read(ref expected) * Early)));

    public void Learn(TimeSpan took)
    {
        var before = Volatile.Read(ref expected);
        Volatile.Write(ref expected, before + (long)((took.Ticks - before) * Learning));
    }

    private static TimeSpan AtLeast(TimeSpan wait) => wait > Shortest ? wait : Shortest;
}
