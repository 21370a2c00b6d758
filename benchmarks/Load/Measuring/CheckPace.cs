namespace Load.Measuring;

/// <summary>
/// When to ask for an order. Each question is work for the system under test, so the first comes shortly before orders of late have
/// ended, and the later ones in steps of an eighth of the time gone by. So the steps add at most an eighth to a measured latency,
/// and an order that takes very long is asked for a few dozen times, not thousands.
/// </summary>
internal sealed class CheckPace
{
    private const double Learning = 0.1;
    private const double Early = 0.85;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    // After the answer to the POST. Several write it at once; that an update gets lost does no harm.
    private long expected = TimeSpan.FromMilliseconds(8).Ticks;

    public TimeSpan First => AtLeastShortest(Volatile.Read(ref expected) * Early);

    public static TimeSpan Next(TimeSpan gone) => AtLeastShortest(gone.Ticks / 8.0);

    public void Learn(TimeSpan took)
    {
        var before = Volatile.Read(ref expected);
        Volatile.Write(ref expected, before + (long)((took.Ticks - before) * Learning));
    }

    private static TimeSpan AtLeastShortest(double ticks) => ticks > Shortest.Ticks ? TimeSpan.FromTicks((long)ticks) : Shortest;
}
