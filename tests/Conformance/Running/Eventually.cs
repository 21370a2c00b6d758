namespace Conformance.Running;

/// <summary>The time limit for a signal, and the message of a failure. A machine with other work may stand still for seconds.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<T> OrFail<T>(this Task<T> signal, string whatDidNotHappen)
    {
        try
        {
            return await signal.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"within {Limit.TotalSeconds:0} s {whatDidNotHappen}");
        }
    }

    /// <summary>Polls a condition that gives no signal.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string whatDidNotHappen)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (!await holds())
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"within {Limit.TotalSeconds:0} s {whatDidNotHappen}");
        }
    }
}
