using Sidecar.Files;

namespace Sidecar.Running;

/// <summary>
/// Supervises one app's process: starts it, reports its exit, and restarts it after a failure. An app that keeps failing is restarted
/// after growing pauses for as long as the run lasts. It ends the run only with <c>--no-restart</c>.
/// </summary>
/// <param name="restarted">Called after each start but the first.</param>
internal sealed class AppSupervisor(RunApp app, RunRecord record, RunConsole console, bool restart, Action restarted, TimeProvider time)
    : IAsyncDisposable
{
    /// <summary>The number of failures in a row from which each is an error in the log, with the app's last lines.</summary>
    private const int ManyFailures = 3;

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource stopping = new();
    private readonly StreamWriter? file = LogFile(app, time);
    private readonly RestartPause pauses = new();
    private AppProcess? process;
    private Task watching = Task.CompletedTask;

    public int? ProcessId => process?.Process.Id;

    public RunApp App => app;

    /// <summary>The file of the app's output; null if there is none.</summary>
    public string? LogPath => (file?.BaseStream as FileStream)?.Name;

    /// <summary>
    /// Completes when the app has finished (exit code 0). Faults after a failure with <c>--no-restart</c> only; the message contains the
    /// reason.
    /// </summary>
    public Task Watching => watching;

    /// <exception cref="InvalidOperationException">The command cannot be started; the message contains the reason and the
    /// remedy.</exception>
    public void Start()
    {
        if (app.Command.Count == 0)
        {
            return; // a sidecar only: another program starts the app
        }
        Launch();
        watching = Task.Run(WatchAsync);
    }

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // from here on nothing is started any more
        if (process is { } running)
        {
            await Signals.EndAsync(running.Process, MaxWait, time);
            record.Remove(running.Process.Id);
        }
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
        process = AppProcess.Start(app, app.Options, Log);
        record.Add(app.Options.AppId, process.Process.Id);
    }

    private async Task WatchAsync()
    {
        while (true)
        {
            var begun = time.GetTimestamp();
            await process!.Process.WaitForExitAsync(stopping.Token);
            record.Remove(process.Process.Id);
            var ran = time.GetElapsedTime(begun);
            if (process.Process.ExitCode == 0)
            {
                console.Info($"app '{app.Options.AppId}' has finished after {ran.TotalSeconds:0.0} s");
                return;
            }
            var ended =
                $"app '{app.Options.AppId}': '{string.Join(' ', app.Command)}' ended with exit code "
                + $"{process.Process.ExitCode} after {ran.TotalSeconds:0.0} s";
            if (!restart)
            {
                throw new InvalidOperationException($"{ended}. {LastLines(process)}");
            }
            await PauseAsync(ended, pauses.After(ran), process);
            if (stopping.IsCancellationRequested || !await LaunchAgainAsync())
            {
                return;
            }
            restarted();
            console.Info($"app '{app.Options.AppId}' is process {process.Process.Id} now");
        }
    }

    /// <summary>Retries until the command can be started, for a build may be replacing it. False if the run ends before.</summary>
    private async Task<bool> LaunchAgainAsync()
    {
        while (true)
        {
            try
            {
                var before = process;
                Launch();
                before?.Dispose();
                return true;
            }
            catch (InvalidOperationException e)
            {
                await PauseAsync(e.Message, pauses.After(TimeSpan.Zero), null);
            }
            if (stopping.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    private async Task PauseAsync(string failure, TimeSpan pause, AppProcess? ended)
    {
        if (pauses.Failures < ManyFailures)
        {
            console.Warn($"{failure}; starting it again in {pause.TotalSeconds:0.0} s");
        }
        else
        {
            console.Error(
                $"{failure}; it has failed {pauses.Failures} times in a row, each time within ten seconds. "
                    + $"Starting it again in {pause.TotalSeconds:0.0} s; the other apps go on (--no-restart ends the run instead). "
                    + (ended is null ? "" : LastLines(ended))
            );
        }
        await Task.Delay(pause, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static string LastLines(AppProcess process) =>
        $"Its last lines:{Environment.NewLine}{string.Join(Environment.NewLine, process.LastLines.Select(line => "    " + line))}";

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
        OwnerOnly.CreateFolder(folder);
        var file = Path.Combine(folder, $"{app.Options.AppId}_app_{time.GetLocalNow():yyyyMMddHHmmss}.log");
        return new StreamWriter(OwnerOnly.Open(file, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
    }
}
