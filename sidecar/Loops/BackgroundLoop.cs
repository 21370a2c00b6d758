namespace Sidecar.Loops;

/// <summary>
/// A background task that runs as long as its owner: a watch, a pump, a relay. A failure is logged and the work restarted after a pause
/// (<see cref="RetriedStep"/>). Work that returns has ended on purpose. Disposal cancels the work and waits for its end.
/// </summary>
internal sealed class BackgroundLoop : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private int disposed;

    private BackgroundLoop(string name, Func<CancellationToken, Task> work, TimeProvider time, ILogger logger)
    {
        var token = stopping.Token;
        Completion = Task.Run(() => RunAsync(name, work, time, logger, token), CancellationToken.None);
    }

    /// <summary>Completes when the work has returned or has been stopped. It never faults.</summary>
    public Task Completion { get; }

    /// <param name="name">The name in the log.</param>
    /// <param name="work">Called again after each failure, so it must be restartable. The token is cancelled by disposal.</param>
    public static BackgroundLoop Start(string name, Func<CancellationToken, Task> work, TimeProvider time, ILogger logger) =>
        new(name, work, time, logger);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            await stopping.CancelAsync();
            await Completion;
            stopping.Dispose();
        }
    }

    private static async Task RunAsync(
        string name,
        Func<CancellationToken, Task> work,
        TimeProvider time,
        ILogger logger,
        CancellationToken stopping
    )
    {
        try
        {
            await RetriedStep.UntilDoneAsync(
                name,
                async token =>
                {
                    await work(token);
                    return true;
                },
                time,
                logger,
                stopping
            );
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Stopped: failures are caused by the disposal of the objects in use.
        }
    }
}
