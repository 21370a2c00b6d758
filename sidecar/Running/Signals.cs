using System.Diagnostics;
using System.Runtime.InteropServices;
using Sidecar.Hosting;

namespace Sidecar.Running;

/// <summary>Ends processes: asks first, then makes them.</summary>
internal static partial class Signals
{
    private const int Terminate = 15;

    /// <summary>Waits at most <paramref name="patience"/> for a process to end by itself before it is killed with its children.</summary>
    public static async Task EndAsync(Process process, TimeSpan patience, TimeProvider time)
    {
        if (process.HasExited)
        {
            return;
        }
        if (OperatingSystem.IsWindows() || Kill(process.Id, Terminate) != 0)
        {
            process.Kill(entireProcessTree: true);
        }
        using var limit = new CancellationTokenSource(patience, time);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Ends a process of an earlier run, unless its number now belongs to another.</summary>
    public static async Task EndAsync(RecordedProcess recorded, TimeSpan patience, TimeProvider time)
    {
        try
        {
            using var process = Process.GetProcessById(recorded.ProcessId);
            if (ProcessInfo.StartTime(recorded.ProcessId) == recorded.StartTime)
            {
                await EndAsync(process, patience, time);
            }
        }
        catch (ArgumentException)
        {
            // It has just ended by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
