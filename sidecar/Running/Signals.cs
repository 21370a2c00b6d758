using System.Diagnostics;
using System.Runtime.InteropServices;
using Sidecar.Processes;

namespace Sidecar.Running;

/// <summary>Ends processes: SIGTERM first, then SIGKILL.</summary>
internal static partial class Signals
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const nint ByDefault = 0;
    private const nint Ignored = 1;

    /// <summary>
    /// Restores SIGINT if the parent has made this process ignore it, as a shell does for background jobs: .NET registers no handler for an
    /// ignored signal. Called before any handler is registered.
    /// </summary>
    public static void HeedInterrupt()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        Span<nint> current = stackalloc nint[64]; // larger than any system's struct sigaction, which begins with the handler
        if (GetAction(Interrupt, 0, ref MemoryMarshal.GetReference(current)) == 0 && current[0] == Ignored)
        {
            SetHandler(Interrupt, ByDefault);
        }
    }

    /// <summary>
    /// Waits at most <paramref name="patience"/> for a process to exit before it is killed with its children. Remaining children, a shell's
    /// command for example, are ended after it.
    /// </summary>
    public static async Task EndAsync(Process process, TimeSpan patience, TimeProvider time)
    {
        if (process.HasExited)
        {
            return;
        }
        var descendants = ProcessInfo.Descendants(process.Id);
        if (OperatingSystem.IsWindows() || Kill(process.Id, Terminate) != 0)
        {
            process.Kill(entireProcessTree: true);
        }
        using (var limit = new CancellationTokenSource(patience, time))
        {
            try
            {
                await WaitAsync(process, limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await WaitAsync(process, CancellationToken.None);
            }
        }
        await EndAsync(descendants, patience, time);
    }

    /// <summary>Waits for the exit only: a child that has inherited the output may keep it open.</summary>
    private static async Task WaitAsync(Process process, CancellationToken cancellation)
    {
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => exited.TrySetResult();
        if (!process.HasExited)
        {
            await exited.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Ends a process of an earlier run with its descendants, unless its number now belongs to another.</summary>
    public static Task EndAsync(RecordedProcess recorded, TimeSpan patience, TimeProvider time) =>
        EndAsync(
            [
                (recorded.ProcessId, recorded.StartTime),
                .. IsAlive(recorded.ProcessId, recorded.StartTime) ? ProcessInfo.Descendants(recorded.ProcessId) : [],
            ],
            patience,
            time
        );

    private static async Task EndAsync(IReadOnlyList<(int ProcessId, string StartTime)> processes, TimeSpan patience, TimeProvider time)
    {
        foreach (var (id, startTime) in processes)
        {
            if (IsAlive(id, startTime) && (OperatingSystem.IsWindows() || Kill(id, Terminate) != 0))
            {
                KillByForce(id, startTime);
            }
        }
        if (!await GoneAsync(processes, patience, time))
        {
            foreach (var (id, startTime) in processes)
            {
                KillByForce(id, startTime);
            }
            await GoneAsync(processes, Timeout.InfiniteTimeSpan, time);
        }
    }

    private static void KillByForce(int processId, string startTime)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            if (IsAlive(processId, startTime))
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has just exited.
        }
    }

    /// <summary>
    /// An exited orphan stays listed until the init process reaps it, which in a container may never happen: its state is read instead of
    /// waited for.
    /// </summary>
    private static async Task<bool> GoneAsync(
        IReadOnlyList<(int ProcessId, string StartTime)> processes,
        TimeSpan patience,
        TimeProvider time
    )
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), time);
        try
        {
            while (processes.Any(process => IsAlive(process.ProcessId, process.StartTime)))
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

    private static bool IsAlive(int processId, string startTime) => ProcessInfo.StartTime(processId) == startTime;

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int GetAction(int signal, nint none, ref nint current);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
