using System.Diagnostics;
using System.Text.Json;

namespace EndToEnd.Systems;

/// <summary>
/// Processes of a <see cref="DaprdRun"/>, in a file where the embedded sidecar stores its own. The next test run ends the processes that
/// this one leaves.
/// </summary>
internal sealed class RunRecord(SystemFolder folder)
{
    private readonly List<RunningProcess> processes = []; // guarded by itself

    /// <param name="appId">Empty for a sidecar and what belongs to it.</param>
    public void Add(string appId, Process process)
    {
        if (RunningProcess.Of(appId, process.Id) is { } running)
        {
            Change(list => list.Add(running));
        }
    }

    public void Remove(int processId) => Change(list => list.RemoveAll(process => process.ProcessId == processId));

    private void Change(Action<List<RunningProcess>> change)
    {
        lock (processes)
        {
            change(processes);
            Directory.CreateDirectory(Path.GetDirectoryName(folder.Record)!);
            var draft = folder.Record + ".tmp";
            File.WriteAllText(draft, JsonSerializer.Serialize(processes));
            File.Move(draft, folder.Record, overwrite: true);
        }
    }
}
