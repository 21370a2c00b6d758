using System.Text.Json;
using Sidecar.Files;
using Sidecar.Processes;

namespace Sidecar.Running;

/// <summary>A process that this run has started. Its id and start time together are unique.</summary>
internal sealed record RecordedProcess(string AppId, int ProcessId, string StartTime);

/// <summary>
/// The running processes, on disk. After a <c>kill -9</c> the next run can distinguish leftovers from other processes with a reused id, and
/// ends them before it starts its own.
/// </summary>
/// <param name="changed">Called with the processes of apps that run now, after each change.</param>
internal sealed class RunRecord(string folder, Action<IEnumerable<int>>? changed = null)
{
    private readonly string file = Path.Combine(folder, ".sidecar", "run.json");
    private readonly List<RecordedProcess> processes = []; // guarded by itself

    /// <summary>The running processes of an earlier run; throws if that run itself is still running.</summary> <exception
    /// cref="InvalidOperationException">Another sidecar runs this template.</exception>
    public IReadOnlyList<RecordedProcess> TakeOver()
    {
        OwnerOnly.CreateFolder(Path.GetDirectoryName(file)!);
        var left = Read().Where(process => ProcessInfo.StartTime(process.ProcessId) == process.StartTime).ToList();
        if (left.FirstOrDefault(process => process.AppId.Length == 0 && process.ProcessId != Environment.ProcessId) is { } other)
        {
            throw new InvalidOperationException($"another sidecar (process {other.ProcessId}) already runs this folder; end it first");
        }
        // They stay on record until they are ended: dying in between must not lose them.
        processes.AddRange(left);
        Add("", Environment.ProcessId);
        return left;
    }

    public void Add(string appId, int processId)
    {
        if (ProcessInfo.StartTime(processId) is { } started)
        {
            Change(list => list.Add(new RecordedProcess(appId, processId, started)));
        }
    }

    public void Remove(int processId) => Change(list => list.RemoveAll(process => process.ProcessId == processId));

    public void Clear() => File.Delete(file);

    private void Change(Action<List<RecordedProcess>> change)
    {
        lock (processes)
        {
            change(processes);
            var draft = file + ".tmp";
            OwnerOnly.Write(draft, JsonSerializer.Serialize(processes));
            File.Move(draft, file, overwrite: true);
            changed?.Invoke(processes.Where(process => process.AppId.Length > 0).Select(process => process.ProcessId));
        }
    }

    private List<RecordedProcess> Read()
    {
        if (!File.Exists(file))
        {
            return [];
        }
        try
        {
            return JsonSerializer.Deserialize<List<RecordedProcess>>(File.ReadAllText(file)) ?? [];
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException(
                $"{file} is damaged ({e.Message}); see to it that no app of an earlier run is left, then delete the file",
                e
            );
        }
    }
}
