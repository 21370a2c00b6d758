using Sidecar.Hosting;

namespace Sidecar.Running;

/// <summary>
/// Keeps one app's process: starts it, says when it ends, and starts it again if that was not asked for. Restarts are told, spaced
/// by growing pauses, and given up when the app never gets well.
/// </summary>
internal sealed class AppSupervisor(RunApp app, AppSidecar sidecar, RunRecord record, RunConsole console, bool restart, TimeProvider time) : IAsyncDisposable
{
    private const int MostRestarts = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WellAfter = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource stopping = new();
    private readonly StreamWriter? file = LogFile(app, time);
    private AppProcess? process;
    private Task watching = Task.CompletedTask;

    public int? ProcessId => process?.Process.Id;

    public RunApp App => app;

    public AppSidecar Sidecar => sidecar;

    /// <summary>Faults when the app has ended and stays so; the message says how and why.</summary>
    public Task Watching => watching;

    public void Start()
    {
        if (app.Command.Count == 0)
        {
            return; // a sidecar only: the app is somebody else's
        }
        Launch();
        watching = Task.Run(WatchAsync);
    }

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        if (process is not null)
        {
            await Signals.EndAsync(process.Process, Patience, time);
        }
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process?.Dispose();
        if (file is not null)
        {
            await file.DisposeAsync();
        }
        stopping.Dispose();
    }

    private void Launch()
    {
        process = AppProcess.Start(app, sidecar.Options, Log);
        record.Add(app.Options.AppId, process.Process.Id);
    }

    private async Task WatchAsync()
    {
        var pause = TimeSpan.FromMilliseconds(200);
        for (var restarts = 0; ; restarts++)
        {
            var started = time.GetTimestamp();
            await process!.Process.WaitForExitAsync();
            record.Remove(process.Process.Id);
            if (stopping.IsCancellationRequested)
            {
                return;
            }
            if (process.Process.ExitCode == 0)
            {
                console.Info($"app '{app.Options.AppId}' has finished after {time.GetElapsedTime(started).TotalSeconds:0.0} s");
                return;
            }
            var ended = $"app '{app.Options.AppId}': '{string.Join(' ', app.Command)}' ended with exit code {process.Process.ExitCode} after {time.GetElapsedTime(started).TotalSeconds:0.0} s";
            if (!sidecar.Ready || !restart || restarts == MostRestarts)
            {
                throw new InvalidOperationException($"{ended}. Its last lines:{Environment.NewLine}{string.Join(Environment.NewLine, process.LastLines.Select(line => "    " + line))}");
            }
            if (time.GetElapsedTime(started) > WellAfter)
            {
                (restarts, pause) = (0, TimeSpan.FromMilliseconds(200));
            }
            console.Warn($"{ended}; starting it again in {pause.TotalSeconds:0.0} s");
            await Task.Delay(pause, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
            {
                return;
            }
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            process.Dispose();
            Launch();
            console.Info($"app '{app.Options.AppId}' is process {process.Process.Id} now");
        }
    }

    private void Log(string line)
    {
        if (app.AppLog != LogDestination.File)
        {
            console.AppLine(app.Options.AppId, line);
        }
        if (file is not null)
        {
            lock (file)
            {
                file.WriteLine(line);
            }
        }
    }

    private static StreamWriter? LogFile(RunApp app, TimeProvider time)
    {
        if (app.AppLog == LogDestination.Console)
        {
            return null;
        }
        var folder = Path.Combine(app.Directory, ".dapr", "logs");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{app.Options.AppId}_app_{time.GetLocalNow():yyyyMMddHHmmss}.log");
        return new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
    }
}
