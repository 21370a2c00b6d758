using Load.Measuring;
using Spectre.Console;

namespace Load.Reporting;

/// <summary>The bar on a terminal; it only looks, ten times a second.</summary>
internal static class Progress
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    public static async Task<IReadOnlyList<Sample>> ShowAsync(LoadRun run, int orders, bool visible, CancellationToken cancellation) =>
        visible
            ? await AnsiConsole
                .Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(progress => WatchAsync(run, progress.AddTask("orders", maxValue: orders), cancellation))
            : await run.RunAsync(cancellation);

    private static async Task<IReadOnlyList<Sample>> WatchAsync(LoadRun run, ProgressTask bar, CancellationToken cancellation)
    {
        var running = run.RunAsync(cancellation);
        using var timer = new PeriodicTimer(Step, TimeProvider.System);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, timer.WaitForNextTickAsync(CancellationToken.None).AsTask());
            bar.Value = run.Done;
        }
        return await running;
    }
}
