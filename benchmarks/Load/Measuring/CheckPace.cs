namespace Load.Measuring;

/// <summary>
/// The pace at which an order's status is read. Each read is work for the system under test, so the first comes shortly before recent
/// orders have ended, and later ones in steps of an eighth of the elapsed time. The steps add at most an eighth to a measured latency, and
/// a very slow order is read a few dozen times, not thousands.
/// </summary>
internal sealed class CheckPace
{
    private const double Learning = 0.1;
    private const double Early = 0.85;
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(1);

    // After the answer to the POST. Several write it at once; that an update gets lost does no harm.
    private long expected = TimeSpan.FromMilliseconds(8).Ticks;

    public TimeSpan First => AtLeastMinPause(Volatile.Read(ref expected) * Early);

    public static TimeSpan Next(TimeSpan gone) => AtLeastMinPause(gone.Ticks / 8.0);

    /// <summary>An order that has ended at the first read may have ended long before: the next first reads come clearly earlier.</summary>
    public void Learn(TimeSpan took, bool atFirst)
    {
        var before = Volatile.Read(ref expected);
        Volatile.Write(ref expected, before + (long)(((atFirst ? took.Ticks / 2 : took.Ticks) - before) * Learning));
    }

    private static TimeSpan AtLeastMinPause(double ticks) => ticks > MinPause.Ticks ? TimeSpan.FromTicks((long)ticks) : MinPause;
}
