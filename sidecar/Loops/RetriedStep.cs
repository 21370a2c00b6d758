namespace Sidecar.Loops;

/// <summary>
/// Repeats failing work until it succeeds or is cancelled. Each failure is logged. The pause doubles with each failure in a row, and resets
/// after an attempt that lasted longer than the longest pause.
/// </summary>
internal static partial class RetriedStep
{
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <param name="name">The name in the log.</param>
    /// <param name="work">Called again after each failure, so it must be restartable.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled. A failure after that is not reported,
    /// because the cancellation causes it.</exception>
    public static async Task<T> UntilDoneAsync<T>(
        string name,
        Func<CancellationToken, Task<T>> work,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var pause = FirstPause;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var begun = time.GetTimestamp();
            try
            {
                return await work(cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                pause = time.GetElapsedTime(begun) > LongestPause ? FirstPause : pause;
                LogFailed(logger, e, name, pause);
            }
            await Task.Delay(pause, time, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    [LoggerMessage(1201, LogLevel.Error, "{Work} failed; it is started again in {Pause}")]
    private static partial void LogFailed(ILogger logger, Exception failure, string work, TimeSpan pause);
}
