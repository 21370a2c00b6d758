using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Sidecar.Apps;

namespace Sidecar.Running;

/// <summary>
/// One start of an app's command: its output goes line by line to the log, and the last lines are kept for the error message.
/// </summary>
internal sealed class AppProcess : IDisposable
{
    private const int Kept = 12;

    private static readonly ConcurrentDictionary<AppProcess, bool> Living = new();

    private readonly Queue<string> last = new(); // guarded by itself
    private readonly Action<string> log;

    private AppProcess(Process process, Action<string> log) => (Process, this.log) = (process, log);

    public Process Process { get; }

    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (last)
            {
                return [.. last];
            }
        }
    }

    /// <exception cref="InvalidOperationException">The command cannot be started; the message contains the reason and the
    /// remedy.</exception>
    public static AppProcess Start(RunApp app, AppOptions options, Action<string> log)
    {
        var start = new ProcessStartInfo(ProgramOf(app), app.Command.Skip(1))
        {
            WorkingDirectory = app.Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in AppEnvironment.Of(options).Concat(app.Environment))
        {
            start.Environment[name] = value;
        }
        if (
            app.Command is ["dotnet", var assembly, ..]
            && assembly.EndsWith(".dll", StringComparison.Ordinal)
            && !File.Exists(Path.Combine(app.Directory, assembly))
        )
        {
            throw new InvalidOperationException(
                $"app '{options.AppId}': {Path.Combine(app.Directory, assembly)} does not exist; build first (dotnet build)"
            );
        }
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var started = new AppProcess(process, log);
        process.OutputDataReceived += (_, line) => started.Line(line.Data);
        process.ErrorDataReceived += (_, line) => started.Line(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            throw new InvalidOperationException(
                $"app '{options.AppId}': the command '{string.Join(' ', app.Command)}' can't be started in {app.Directory}: "
                    + $"{e.Message}; is '{app.Command[0]}' installed and on the PATH?",
                e
            );
        }
        Living[started] = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return started;
    }

    /// <summary>
    /// A command with a path is relative to the app's folder, as in the shell by which Dapr's CLI starts it. For .NET it would be relative
    /// to the folder of this process.
    /// </summary>
    private static string ProgramOf(RunApp app) =>
        Path.GetDirectoryName(app.Command[0]) is { Length: > 0 } ? Path.GetFullPath(app.Command[0], app.Directory) : app.Command[0];

    /// <summary>
    /// Ends all that was started here, with its children, and waits for nothing: the last thing before this process ends itself.
    /// </summary>
    public static void KillAll()
    {
        foreach (var living in Living.Keys)
        {
            try
            {
                living.Process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // Its end has just been seen by its supervisor.
            }
        }
    }

    public void Dispose()
    {
        Living.TryRemove(this, out _);
        Process.Dispose();
    }

    private void Line(string? text)
    {
        if (text is null)
        {
            return;
        }
        lock (last)
        {
            last.Enqueue(text);
            while (last.Count > Kept)
            {
                last.Dequeue();
            }
        }
        log(text);
    }
}
