using Sidecar.Loops;

namespace Sidecar.Reloading;

/// <summary>
/// Signals that resource files may have changed: after a change in the folders, and at intervals, in case one was missed.
/// </summary>
internal sealed class ResourceWatch : IDisposable
{
    /// <summary>An editor writes a file in several steps.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    private readonly Signal touched = new();
    private readonly List<FileSystemWatcher> watchers = [];
    private readonly TimeSpan interval;
    private readonly TimeProvider time;

    public ResourceWatch(IEnumerable<string> paths, TimeSpan interval, TimeProvider time)
    {
        (this.interval, this.time) = (interval, time);
        foreach (var path in paths.Distinct(StringComparer.Ordinal))
        {
            try
            {
                Watch(path);
            }
            catch (IOException e)
            {
                Failure = e.Message; // the system allows only so much watching
            }
        }
    }

    /// <summary>The reason why a folder cannot be watched, so that changes are found at intervals only.</summary>
    public string? Failure { get; }

    /// <summary>Completes when the files have to be read again, after the last write.</summary>
    public async Task NextAsync(CancellationToken cancellation)
    {
        if (await touched.NextAsync(interval, time, cancellation))
        {
            while (await touched.NextAsync(Quiet, time, cancellation))
            {
                // Still being written.
            }
        }
    }

    public void Dispose() => watchers.ForEach(watcher => watcher.Dispose());

    private void Watch(string path)
    {
        var isFile = File.Exists(path);
        var watcher = new FileSystemWatcher(isFile ? Path.GetDirectoryName(path)! : path);
        foreach (var filter in isFile ? [Path.GetFileName(path)] : (string[])["*.yaml", "*.yml"])
        {
            watcher.Filters.Add(filter);
        }
        watcher.Created += Touch;
        watcher.Changed += Touch;
        watcher.Deleted += Touch;
        watcher.Renamed += Touch;
        watcher.Error += (_, _) => touched.Give();
        watchers.Add(watcher);
        watcher.EnableRaisingEvents = true;
    }

    private void Touch(object sender, FileSystemEventArgs change) => touched.Give();
}
