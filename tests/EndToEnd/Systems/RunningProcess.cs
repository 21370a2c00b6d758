using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace EndToEnd.Systems;

/// <summary>A process by number and start time, which together never name another one.</summary>
internal sealed partial record RunningProcess(string AppId, int ProcessId, string StartTime)
{
    private const int Terminate = 15;
    private static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    public bool IsAlive => StartTimeOf(ProcessId) == StartTime;

    public static RunningProcess Current { get; } = Of("tests", Environment.ProcessId)!;

    /// <summary>A number of sched(7); null where there is no Linux. A method, because the properties go into a <see cref="RunRecord"/>,
    /// also those of a process that has ended.</summary>
    /// <exception cref="IOException">The process has ended.</exception>
    public string? ReadSchedulingPolicy() => OperatingSystem.IsLinux() ? StatOf(ProcessId)[38] : null;

    /// <summary>Null when it has ended already.</summary>
    public static RunningProcess? Of(string appId, int processId) =>
        StartTimeOf(processId) is { } started ? new(appId, processId, started) : null;

    /// <summary>kill -9; waits until it is gone. Does nothing to a process that is gone already.</summary>
    public async Task KillAsync()
    {
        try
        {
            using var process = Process.GetProcessById(ProcessId);
            if (IsAlive)
            {
                process.Kill();
                // Not its own parent's to ask: one that nobody has buried yet is gone all the same, and its ports are free.
                await Wait.UntilAsync($"process {ProcessId} is gone", () => !IsAlive);
            }
        }
        catch (ArgumentException)
        {
            // Gone already.
        }
    }

    /// <summary>Stands still until <see cref="Thaw"/>; false when it has ended.</summary>
    public bool TryFreeze() => IsAlive && Signal(ProcessId, Stop) == 0;

    public void Thaw()
    {
        if (IsAlive)
        {
            _ = Signal(ProcessId, Continue);
        }
    }

    /// <summary>What Ctrl-C and a supervisor's stop are to a process.</summary>
    public static void AskToEnd(Process process)
    {
        if (Signal(process.Id, Terminate) != 0)
        {
            throw new InvalidOperationException($"process {process.Id} can't be asked to end");
        }
    }

    /// <summary>The same form as in the sidecar's record of a run.</summary>
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

    /// <summary>Linux's record of a process from its third field on: those before it are the number and the command, which is in
    /// parentheses.</summary>
    private static string[] StatOf(int processId)
    {
        var text = File.ReadAllText($"/proc/{processId}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int processId, int signal);
}
