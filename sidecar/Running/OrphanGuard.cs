using System.Diagnostics;

namespace Sidecar.Running;

/// <summary>
/// Ends the apps of a run whose sidecar was killed: they would otherwise keep their ports and answer health checks. A shell beside the
/// sidecar reads the process ids of the apps from a pipe; the pipe closes when the sidecar exits, however that happens. Not available on
/// Windows.
/// </summary>
internal sealed partial class OrphanGuard(ILogger logger) : IDisposable
{
    /// <summary>
    /// Sends SIGTERM to the processes and their descendants, and SIGKILL after two seconds. Signals of the terminal do not reach the guard,
    /// because it has to outlive them. On systems without <c>/proc</c> it finds no descendants.
    /// </summary>
    private const string Script = """
        trap '' HUP INT TERM
        exec >/dev/null 2>&1
        cd /
        ids=
        while read -r line; do ids=$line; done
        [ -n "$ids" ] || exit 0
        family() { for id in "$@"; do echo "$id"; family $(cat "/proc/$id/task/$id/children"); done; }
        all=$(family $ids)
        kill -TERM $all
        for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
          left=
          for id in $all; do kill -0 "$id" && left="$left $id"; done
          [ -n "$left" ] || exit 0
          sleep 0.1
        done
        kill -KILL $left
        """;

    private readonly Lock gate = new();
    private Process? shell; // guarded by gate

    /// <summary>The apps that run now, in the place of those named before.</summary>
    public void Guard(IEnumerable<int> processIds)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        var line = string.Join(' ', processIds);
        lock (gate)
        {
            if (!TryWrite(line))
            {
                Start();
                TryWrite(line);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            TryWrite("");
            shell?.Dispose();
            shell = null;
        }
    }

    /// <summary>Called under the gate. Returns false if there is no guard yet, or it has exited.</summary>
    private bool TryWrite(string line)
    {
        if (shell is null)
        {
            return false;
        }
        try
        {
            shell.StandardInput.WriteLine(line);
            shell.StandardInput.Flush();
            return true;
        }
        catch (IOException e)
        {
            LogLost(e);
            shell.Dispose();
            shell = null;
            return false;
        }
    }

    private void Start()
    {
        try
        {
            shell = Process.Start(
                new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true, UseShellExecute = false }
            );
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            LogNone(e); // a system without a shell
        }
    }

    [LoggerMessage(1401, LogLevel.Warning, "The guard that ends apps after a kill of the sidecar has ended; another one is started")]
    private partial void LogLost(Exception failure);

    [LoggerMessage(
        1402,
        LogLevel.Warning,
        "There is no guard that ends apps after a kill of the sidecar; the next run in this folder ends them"
    )]
    private partial void LogNone(Exception failure);
}
