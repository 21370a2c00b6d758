using System.Collections.Concurrent;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Apps;
using Sidecar.Running;
using Spectre.Console;

namespace Sidecar.Tests.Blocks;

/// <summary>The supervision of an app whose process exits.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AppSupervisorTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("supervisor-");
    private readonly FakeTimeProvider time = new();
    private readonly Lines output = new();
    private int restarts;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Restart_pauses_grow_to_30_seconds_and_reset_after_ten_seconds_of_uptime()
    {
        var pauses = new RestartPause();
        Assert.Equal(
            [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30, 30, 30],
            Enumerable.Range(0, 12).Select(_ => pauses.After(TimeSpan.FromSeconds(9)).TotalSeconds)
        );
        Assert.Equal(12, pauses.Failures);
        Assert.Equal(0.2, pauses.After(TimeSpan.FromSeconds(11)).TotalSeconds);
        Assert.Equal(1, pauses.Failures);
    }

    [Fact]
    public async Task An_app_that_fails_twelve_times_is_restarted_and_logged_as_an_error_with_its_last_lines()
    {
        await using var supervisor = Start("echo no parcels today; exit 3");

        await RestartedAsync(12);

        Assert.False(supervisor.Watching.IsCompleted);
        Assert.Contains(output.Written, line =>
            line.Contains("ended with exit code 3", StringComparison.Ordinal)
            && line.Contains("starting it again in 0.2 s", StringComparison.Ordinal)
        );
        Assert.Contains(output.Written, line =>
            line.Contains("has failed 11 times in a row", StringComparison.Ordinal)
            && line.Contains("the other apps go on", StringComparison.Ordinal)
        );
        Assert.Contains(output.Written, line => line.Contains("    no parcels today", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_restarts_a_failure_is_reported_by_exit_code_and_last_lines()
    {
        await using var supervisor = Start("echo no parcels today; exit 3", restart: false);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            supervisor.Watching.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System)
        );

        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no parcels today", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, restarts);
    }

    [Fact]
    public async Task An_app_that_ends_with_exit_code_0_has_finished()
    {
        await using var supervisor = Start("exit 0");

        await supervisor.Watching.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

        Assert.Equal(0, restarts);
    }

    [Fact]
    public async Task An_app_whose_command_is_missing_at_a_restart_is_started_once_the_command_exists()
    {
        var script = Path.Combine(folder.FullName, "app.sh");
        await WriteAsync(script);
        await using var supervisor = Start($"mv {script} {script}.away; exit 3", script);
        await Clock.AdvanceUntilAsync(time, () => output.Written.Any(line => line.Contains("can't be started", StringComparison.Ordinal)));
        Assert.False(supervisor.Watching.IsCompleted);

        await WriteAsync(script);

        await Clock.AdvanceUntilAsync(time, () => Volatile.Read(ref restarts) == 1);
    }

    [Fact]
    public async Task A_command_with_a_path_is_relative_to_the_folder_of_its_app()
    {
        await WriteAsync(Path.Combine(folder.FullName, "app.sh"));
        await using var supervisor = Start("exit 0", "./app.sh");

        await supervisor.Watching.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

        Assert.Equal(0, restarts);
    }

    [Fact]
    public async Task Stopping_a_run_stops_an_app_that_waits_for_its_restart()
    {
        var supervisor = Start("exit 3");
        await RestartedAsync(6); // pauses of seconds, of a clock that now stands still

        await supervisor.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

        Assert.True(supervisor.Watching.IsCompletedSuccessfully || supervisor.Watching.IsCanceled);
    }

    /// <summary>Moves time during the pauses only: an app that takes long to fail on a busy machine has not run for ten seconds.</summary>
    private Task RestartedAsync(int times) =>
        Clock.AdvanceUntilAsync(
            time,
            () => Volatile.Read(ref restarts) >= times,
            () =>
                output.Written.Count(line => line.Contains("starting it again in", StringComparison.OrdinalIgnoreCase))
                > Volatile.Read(ref restarts)
        );

    private AppSupervisor Start(string command, string? shell = null, bool restart = true)
    {
        var app = new RunApp(
            new AppOptions { AppId = "shipping" },
            folder.FullName,
            [shell ?? "sh", "-c", command],
            new Dictionary<string, string>(),
            LogDestination.Console,
            1
        );
        var record = new RunRecord(folder.FullName);
        record.TakeOver();
        var console = new RunConsole(
            AnsiConsole.Create(
                new AnsiConsoleSettings
                {
                    Ansi = AnsiSupport.No,
                    ColorSystem = ColorSystemSupport.NoColors,
                    Out = new Output(output),
                }
            ),
            ["shipping"]
        );
        var supervisor = new AppSupervisor(app, record, console, restart, () => Interlocked.Increment(ref restarts), time);
        supervisor.Start();
        return supervisor;
    }

    /// <summary>A shell under another name, so that it can be missing.</summary>
    private static async Task WriteAsync(string script)
    {
        await File.WriteAllTextAsync(script + ".new", "#!/bin/sh\nexec sh \"$@\"\n");
        File.SetUnixFileMode(script + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(script + ".new", script);
    }

    private sealed class Output(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => 1000;

        public int Height => 50;

        public void SetEncoding(Encoding encoding)
        {
            // There is no terminal to write to.
        }
    }

    /// <summary>Lines from several threads.</summary>
    private sealed class Lines : TextWriter
    {
        private readonly ConcurrentQueue<string> lines = new();
        private readonly StringBuilder line = new(); // guarded by itself

        public IEnumerable<string> Written => lines;

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (line)
            {
                if (value != '\n')
                {
                    line.Append(value);
                    return;
                }
                lines.Enqueue(line.ToString());
                line.Clear();
            }
        }
    }
}
