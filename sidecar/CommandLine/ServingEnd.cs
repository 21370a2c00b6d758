using Sidecar.Apps;
using Sidecar.Components;
using Sidecar.Hosting;

namespace Sidecar.CommandLine;

/// <summary>
/// How <c>sidecar daprd</c> ends: on a signal or by the shutdown API, after the time it may block, within the time it may take.
/// Says so in daprd's words, which tools look for.
/// </summary>
internal static class ServingEnd
{
    /// <summary>The exit code: 1 when requests under way did not end in time. Null: <paramref name="reload"/> has asked for a new beginning.</summary>
    public static async Task<int?> AwaitAsync(SidecarServer server, AppOptions options, TimeSpan? block, TimeProvider time, Task reload, CancellationToken signal)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var interrupted = signal.Register(() => stopped.TrySetResult());
        await using var asked = server.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult());
        var again = await Task.WhenAny(stopped.Task, reload) == reload;
        if (block is { } longest && signal.IsCancellationRequested)
        {
            await BlockAsync(server.Sidecars[0], longest, time, server.Lifetime.ApplicationStopping);
        }
        try
        {
            await server.DisposeAsync().AsTask().WaitAsync(options.GracefulShutdown, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            Console.WriteLine("Graceful shutdown timeout exceeded, forcing shutdown");
            return 1;
        }
        Console.WriteLine(again ? "Received SIGHUP: resources and configuration are read again" : "Daprd shutdown gracefully");
        return again ? null : 0;
    }

    /// <summary>The app gets no more events, but may use the API until it says that it is done by being unhealthy.</summary>
    private static async Task BlockAsync(AppSidecar sidecar, TimeSpan longest, TimeProvider time, CancellationToken asked)
    {
        Console.WriteLine($"Blocking graceful shutdown for {GoDuration.Text(longest)} or until app reports unhealthy...");
        await sidecar.StopEventsAsync();
        try
        {
            await sidecar.Unwell.WaitAsync(longest, time, asked);
            Console.WriteLine("App reported unhealthy, entering shutdown...");
        }
        catch (TimeoutException)
        {
            Console.WriteLine("Block shutdown period expired, entering shutdown...");
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("Shutdown requested via API, entering shutdown...");
        }
    }
}
