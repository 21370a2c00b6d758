using System.Diagnostics;
using System.Globalization;

namespace Sidecar.Hosting;

/// <summary>What identifies a process beyond its number, which the system gives to others later.</summary>
internal static class ProcessInfo
{
    public static bool IsAlive(int processId) => StartTime(processId) is not null;

    /// <summary>When the process was started, in a form that is the same at every call; null when there is none.</summary>
    public static string? StartTime(int processId)
    {
        var stat = $"/proc/{processId}/stat";
        if (OperatingSystem.IsLinux())
        {
            try
            {
                // Field 22 counts clock ticks since boot; fields count after the command, which is in parentheses.
                var text = File.ReadAllText(stat);
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? null : fields[19];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
