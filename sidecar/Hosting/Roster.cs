using System.Collections.Frozen;
using System.Threading.Channels;

namespace Sidecar.Hosting;

/// <summary>
/// What the registry says, kept in memory, so that no call has to look into files. It is read again when a file in the folder changes, and
/// once a second, because nothing tells that a process has ended.
/// </summary>
internal sealed partial class Roster : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SidecarRegistry registry;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Announcement> own = new(StringComparer.Ordinal); // by instance; guarded by gate
    private readonly CancellationTokenSource stopping = new();
    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly FileSystemWatcher? watcher;
    private readonly ITimer timer;
    private readonly Task following;
    private volatile State now = new([]);

    public Roster(SidecarRegistry registry, TimeProvider time, ILogger logger)
    {
        (this.registry, this.logger) = (registry, logger);
        watcher = Watch();
        timer = time.CreateTimer(_ => signals.Writer.TryWrite(true), null, Interval, Interval);
        Refresh();
        following = Task.Run(FollowAsync);
    }

    /// <summary>After each change and before anybody else has read on; must not wait for anything.</summary>
    public event Action? Changed;

    public IReadOnlyList<Announcement> Live => now.Live;

    public string Folder => registry.Folder;

    /// <summary>The sidecars of an app that take calls for it, in an order that never changes.</summary>
    public IReadOnlyList<Announcement> Of(string appId)
    {
        if (now.Apps.TryGetValue(appId, out var known))
        {
            return known;
        }
        Refresh(); // it may have come a moment ago
        return now.Apps.GetValueOrDefault(appId) ?? [];
    }

    /// <summary>Seen by others, and here, when it returns.</summary>
    public void Announce(Announcement mine)
    {
        lock (gate)
        {
            own[mine.Instance] = mine;
            registry.Announce(mine);
            Refresh();
        }
    }

    public void Withdraw(Announcement mine)
    {
        lock (gate)
        {
            own.Remove(mine.Instance);
            registry.Withdraw(mine);
            Refresh();
        }
    }

    /// <summary>Reads all announcements as they are now.</summary>
    public void Refresh()
    {
        lock (gate)
        {
            var live = registry.ReadAll(now.Live);
            if (own.Values.Where(mine => live.All(announcement => announcement.Instance != mine.Instance)).ToList() is { Count: > 0 } lost)
            {
                lost.ForEach(registry.Announce); // whoever cleans temporary folders does not know that it is alive
                live = registry.ReadAll(lost);
            }
            if (Same(live, now.Live))
            {
                return;
            }
            now = new State(live);
            Changed?.Invoke();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }
        await stopping.CancelAsync();
        watcher?.Dispose();
        await timer.DisposeAsync();
        await following;
        stopping.Dispose();
    }

    private static bool Same(IReadOnlyList<Announcement> one, IReadOnlyList<Announcement> other)
        => one.Count == other.Count && one.Zip(other).All(pair => pair.First with { Types = [], Held = [] } == pair.Second with { Types = [], Held = [] }
            && pair.First.Types.SequenceEqual(pair.Second.Types) && pair.First.Held.SequenceEqual(pair.Second.Held));

    private FileSystemWatcher? Watch()
    {
        FileSystemWatcher? made = null;
        try
        {
            made = new FileSystemWatcher(registry.Folder, SidecarRegistry.Files) { NotifyFilter = NotifyFilters.FileName };
            made.Created += (_, _) => signals.Writer.TryWrite(true);
            made.Renamed += (_, _) => signals.Writer.TryWrite(true);
            made.Deleted += (_, _) => signals.Writer.TryWrite(true);
            made.EnableRaisingEvents = true;
            return made;
        }
        catch (IOException e)
        {
            made?.Dispose();
            LogUnwatched(e, registry.Folder); // the system gives out a limited number of watches
            return null;
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var _ in signals.Reader.ReadAllAsync(stopping.Token))
            {
                try
                {
                    Refresh();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    LogUnreadable(e, registry.Folder); // the next second is another chance
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    [LoggerMessage(1111, LogLevel.Information, "{Folder} can't be watched; it is looked at once a second")]
    private partial void LogUnwatched(Exception failure, string folder);

    [LoggerMessage(1112, LogLevel.Warning, "{Folder} could not be read")]
    private partial void LogUnreadable(Exception failure, string folder);

    private sealed class State(IReadOnlyList<Announcement> live)
    {
        public IReadOnlyList<Announcement> Live => live;

        public FrozenDictionary<string, Announcement[]> Apps { get; } = live.Where(announcement => announcement.Invocable)
            .GroupBy(announcement => announcement.AppId, StringComparer.Ordinal).ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }
}
