using System.Diagnostics;
using System.Globalization;

namespace Sidecar.Processes;

/// <summary>Identifies a process beyond its id, which the system reuses.</summary>
internal static class ProcessInfo
{
    public static bool IsAlive(int processId) => StartTime(processId) is not null;

    /// <summary>All descendants of the process; none if the system does not report them.</summary>
    public static IReadOnlyList<(int ProcessId, string StartTime)> Descendants(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }
        var byParent = Directory
            .EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Select(id => (Id: id, Fields: Fields(id)))
            .Where(process => process.Fields is not null)
            .ToLookup(process => int.Parse(process.Fields![1], CultureInfo.InvariantCulture), process => (process.Id, process.Fields![19]));
        var found = new List<(int ProcessId, string StartTime)>(byParent[processId]);
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(byParent[found[i].ProcessId]);
        }
        return found;
    }

    /// <summary>The start time of the process, in a form that is the same at every call; null if there is no such process.</summary>
    public static string? StartTime(int processId)
    {
        if (OperatingSystem.IsLinux())
        {
            return Fields(processId)?[19]; // field 22, in clock ticks since boot
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

    /// <summary>
    /// The fields of <c>/proc/…/stat</c> after the command, which is in parentheses: from field 3, the state, on. Null of an ended process.
    /// </summary>
    private static string[]? Fields(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
