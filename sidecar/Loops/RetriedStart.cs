namespace Sidecar.Loops;

/// <summary>Starts something that lasts, and keeps trying while it cannot be started.</summary>
internal static class RetriedStart
{
    /// <summary>Returns after the first attempt, whatever came of it. Dispose of the result to stop trying and to end what was
    /// started.</summary>
    /// <param name="name">Names in the log what is started.</param>
    /// <param name="start">Null: it is not wanted, and not tried again.</param>
    /// <param name="cancellation">Ends the wait for the first attempt, and the attempt.</param>
    public static async Task<IAsyncDisposable> StartAsync(
        string name,
        Func<CancellationToken, Task<IAsyncDisposable?>> start,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var attempted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var loop = BackgroundLoop.Start(
            name,
            async stopping =>
            {
                try
                {
                    if (await start(stopping) is { } started)
                    {
                        await using (started)
                        {
                            attempted.TrySetResult();
                            await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping);
                        }
                    }
                }
                finally
                {
                    attempted.TrySetResult();
                }
            },
            time,
            logger
        );
        try
        {
            await attempted.Task.WaitAsync(cancellation);
            return loop;
        }
        catch (OperationCanceledException)
        {
            await loop.DisposeAsync();
            throw;
        }
    }
}
