using System.Collections.Concurrent;
using System.Diagnostics;

namespace EndToEnd.Systems;

/// <summary>A process of the sidecar's command, or one of a whole system, with its output.</summary>
internal sealed class SidecarProcess : SystemRun
{
    private readonly ConcurrentQueue<string> output = new();

    private SidecarProcess(SystemFolder folder, Process process)
        : base(folder) => Process = process;

    public Process Process { get; }

    public override string Output => string.Join(Environment.NewLine, output);

    private string LastLines => string.Join(Environment.NewLine, output.TakeLast(60));

    /// <summary>Runs the template of the folder on a component set.</summary>
    public static SidecarProcess Start(SystemFolder folder, string set) =>
        Start(folder, ["run", "-f", folder.Template, "--components", set, "--strict"]);

    public static SidecarProcess Start(SystemFolder folder, IReadOnlyList<string> arguments) =>
        StartProgram(folder, Repository.Sidecar, arguments);

    /// <summary>Runs the template of the folder, its apps too, in one <see cref="SystemProcess"/>.</summary>
    public static SidecarProcess StartWhole(SystemFolder folder, string set) =>
        StartProgram(folder, typeof(SystemProcess).Assembly.Location, [folder.Path, set]);

    private static SidecarProcess StartProgram(SystemFolder folder, string assembly, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true, // a SystemProcess stops when this input ends with the test process
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Its registration for other sidecars of this machine is in the folder too.
        start.Environment["TMPDIR"] = folder.Path;
        var started = new SidecarProcess(folder, new Process { StartInfo = start });
        started.Process.OutputDataReceived += (_, line) => started.Keep(line.Data);
        started.Process.ErrorDataReceived += (_, line) => started.Keep(line.Data);
        started.Process.Start();
        started.Process.BeginOutputReadLine();
        started.Process.BeginErrorReadLine();
        return started;
    }

    public override async Task ReadyAsync()
    {
        await Wait.UntilAsync(
            "all apps are ready",
            () => Process.HasExited || output.Any(line => line.Contains("apps are ready", StringComparison.Ordinal)),
            () => LastLines
        );
        Assert.False(Process.HasExited, $"the system has ended instead of getting ready:{Environment.NewLine}{LastLines}");
    }

    /// <summary>Waits for the end of the process, and returns its exit code.</summary>
    public async Task<int> EndedAsync()
    {
        await Wait.UntilAsync("the sidecar ends", () => Process.HasExited, () => LastLines);
        await Process.WaitForExitAsync(); // for the rest of its output
        return Process.ExitCode;
    }

    public override Task<int> StopAsync()
    {
        RunningProcess.RequestStop(Process);
        return EndedAsync();
    }

    /// <summary>Kills only the process (kill -9); apps in processes of their own continue to run.</summary>
    public override async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            await KillAsync();
        }
        await Folder.EndLeftoversAsync();
        Process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            output.Enqueue(line);
        }
    }
}
