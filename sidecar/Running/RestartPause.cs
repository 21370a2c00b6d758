namespace Sidecar.Running;

/// <summary>
/// The pause before an app is restarted: it doubles from 0.2 s to 30 s while the app keeps failing, and resets after ten seconds of uptime,
/// as with Docker. An app that was ended from outside after a longer life has not failed to start.
/// </summary>
internal sealed class RestartPause
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WellAfter = TimeSpan.FromSeconds(10);

    private TimeSpan next = First;

    /// <summary>The number of times in a row that the app has ended within its first ten seconds.</summary>
    public int Failures { get; private set; }

    public TimeSpan After(TimeSpan ran)
    {
        if (ran > WellAfter)
        {
            (Failures, next) = (0, First);
        }
        Failures++;
        var pause = next;
        next = next * 2 < MaxPause ? next * 2 : MaxPause;
        return pause;
    }
}
