using System.Diagnostics;

namespace EndToEnd.Systems;

/// <summary>
/// A command that is restarted when it exits unexpectedly, as an orchestrator does with a container. Each start is recorded.
/// </summary>
/// <param name="restarted">Called after each start but the first.</param>
internal sealed class SupervisedProcess(
    string name,
    string recordedAs,
    ProcessStartInfo command,
    RunRecord record,
    Action<string> say,
    Action? restarted = null
) : IAsyncDisposable
{
    private const int MaxRestarts = 10;

    private readonly Lock gate = new();
    private Process? process;
    private bool released; // guarded by gate
    private Task watching = Task.CompletedTask;

    /// <summary>The reason why the command is no longer restarted; null while it is.</summary>
    public string? GivenUp { get; private set; }

    public bool HasEnded => process!.HasExited;

    public void Start()
    {
        command.RedirectStandardOutput = command.RedirectStandardError = true;
        process = Launch();
        watching = WatchAsync(process);
    }

    /// <summary>Stops monitoring the process, which continues to run.</summary>
    public void Release()
    {
        lock (gate)
        {
            released = true;
        }
    }

    /// <summary>Kills the process (kill -9) without a restart.</summary>
    public async Task KillAsync()
    {
        Release();
        process!.Kill();
        await process.WaitForExitAsync();
        record.Remove(process.Id);
    }

    /// <summary>Kills the process (kill -9) like a crash, and waits until it is restarted.</summary>
    public async Task CrashAsync()
    {
        var before = process!;
        before.Kill();
        await Wait.UntilAsync($"{name} is started again", () => process != before);
    }

    /// <summary>Requests the end of the process, and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Release();
        if (!process!.HasExited)
        {
            RunningProcess.RequestStop(process);
        }
        await Wait.UntilAsync($"{name} ends", () => process.HasExited);
        record.Remove(process.Id);
        return process.ExitCode;
    }

    /// <summary>Waits for the end of the process, which the caller causes elsewhere.</summary>
    public async ValueTask DisposeAsync()
    {
        Release();
        await watching;
        process?.Dispose();
    }

    private Process Launch()
    {
        var launched = new Process { StartInfo = command };
        launched.OutputDataReceived += (_, line) => Say(line.Data);
        launched.ErrorDataReceived += (_, line) => Say(line.Data);
        launched.Start();
        record.Add(recordedAs, launched);
        launched.BeginOutputReadLine();
        launched.BeginErrorReadLine();
        return launched;
    }

    private async Task WatchAsync(Process current)
    {
        for (var restarts = 0; ; restarts++)
        {
            await current.WaitForExitAsync();
            lock (gate)
            {
                if (released)
                {
                    return;
                }
                record.Remove(current.Id);
                Say($"ended with exit code {current.ExitCode}");
                if (restarts == MaxRestarts)
                {
                    GivenUp = $"{name} has ended {restarts} times, with exit code {current.ExitCode} at last";
                    return;
                }
                current.Dispose();
                process = current = Launch();
                restarted?.Invoke();
            }
        }
    }

    private void Say(string? line)
    {
        if (line is not null)
        {
            say($"{name}: {line}");
        }
    }
}
