namespace Sidecar.Loops;

/// <summary>Starts a long-running object, and retries while the start fails.</summary>
internal static class RetriedStart
{
    /// <summary>
    /// Returns after the first attempt, successful or not. Dispose of the result to stop retrying and to end the started object.
    /// </summary>
    /// <param name="name">The name in the log.</param>
    /// <param name="start">Returns null if there is nothing to start; it is not called again then.</param>
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
