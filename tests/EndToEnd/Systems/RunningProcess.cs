using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace EndToEnd.Systems;

/// <summary>A process, identified by its number and start time. Together they never identify another process.</summary>
internal sealed partial record RunningProcess(string AppId, int ProcessId, string StartTime)
{
    private const int Terminate = 15;
    private static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    public bool IsAlive => StartTimeOf(ProcessId) == StartTime;

    public static RunningProcess Current { get; } = Of("tests", Environment.ProcessId)!;

    /// <summary>
    /// Returns the scheduling policy of sched(7); null if the system is not Linux. It is a method because the properties are stored in a
    /// <see cref="RunRecord"/>, also for a process that has ended.
    /// </summary>
    /// <exception cref="IOException">The process has ended.</exception>
    public string? ReadSchedulingPolicy() => OperatingSystem.IsLinux() ? StatOf(ProcessId)[38] : null;

    /// <summary>Null if the process has already ended.</summary>
    public static RunningProcess? Of(string appId, int processId) =>
        StartTimeOf(processId) is { } started ? new(appId, processId, started) : null;

    /// <summary>Kills the process (kill -9) and waits for its end. Does nothing if it has already ended.</summary>
    public async Task KillAsync()
    {
        try
        {
            using var process = Process.GetProcessById(ProcessId);
            if (IsAlive)
            {
                process.Kill();
                // A zombie whose parent has not reaped it counts as ended, because its ports are free.
                await Wait.UntilAsync($"process {ProcessId} is gone", () => !IsAlive);
            }
        }
        catch (ArgumentException)
        {
            // The process has already ended.
        }
    }

    /// <summary>Stops the process until <see cref="Thaw"/>. False if it has ended.</summary>
    public bool TryFreeze() => IsAlive && Signal(ProcessId, Stop) == 0;

    public void Thaw()
    {
        if (IsAlive)
        {
            _ = Signal(ProcessId, Continue);
        }
    }

    /// <summary>Sends the signal of Ctrl-C or of a supervisor's stop.</summary>
    public static void RequestStop(Process process)
    {
        if (Signal(process.Id, Terminate) != 0)
        {
            throw new InvalidOperationException($"process {process.Id} can't be asked to end");
        }
    }

    /// <summary>The start time, in the format of the sidecar's record of a run.</summary>
    private static string? StartTimeOf(int processId)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(processId);
                return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
            }
            var fields = StatOf(processId);
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns Linux's record of a process from its third field on. The fields before it are the number and the command in parentheses.
    /// </summary>
    private static string[] StatOf(int processId)
    {
        var text = File.ReadAllText($"/proc/{processId}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int processId, int signal);
}
