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
            if (!IsAlive(recorded))
            {
                return;
            }
            if (OperatingSystem.IsWindows() || Kill(recorded.ProcessId, Terminate) != 0)
            {
                process.Kill(entireProcessTree: true);
            }
            if (!await GoneAsync(recorded, patience, time))
            {
                process.Kill(entireProcessTree: true);
                await GoneAsync(recorded, Timeout.InfiniteTimeSpan, time);
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has just ended by itself.
        }
    }

    /// <summary>
    /// An orphan that has ended stays listed until the machine's first process buries it, which in a container may be never: it is asked
    /// for its state, not waited for.
    /// </summary>
    private static async Task<bool> GoneAsync(RecordedProcess recorded, TimeSpan patience, TimeProvider time)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), time);
        try
        {
            while (IsAlive(recorded))
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static bool IsAlive(RecordedProcess recorded) => ProcessInfo.StartTime(recorded.ProcessId) == recorded.StartTime;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
