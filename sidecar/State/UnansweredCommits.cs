using System.Threading.Channels;
using Sidecar.Loops;

namespace Sidecar.State;

/// <summary>
/// Outbox records of transactions to which the store gave no answer (a lost connection, a time limit). The store may have carried them out:
/// each record is looked for, and reported as committed if it is there. What is unchecked at the end is found at the next start.
/// </summary>
internal sealed partial class UnansweredCommits : IAsyncDisposable
{
    /// <summary>A store that was left in mid-transaction has carried it out or given it up by then.</summary>
    private static readonly TimeSpan BeforeCheck = TimeSpan.FromSeconds(2);

    private readonly Channel<(StateStoreComponent Store, StateWrite Record)> added = Channel.CreateUnbounded<(
        StateStoreComponent,
        StateWrite
    )>(new() { SingleReader = true });
    private readonly List<(StateStoreComponent Store, StateWrite Record)> open = []; // the loop's
    private readonly Action<StateStoreComponent, StateWrite> committed;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly BackgroundLoop checks;

    public UnansweredCommits(string appId, Action<StateStoreComponent, StateWrite> committed, TimeProvider time, ILogger logger)
    {
        (this.committed, this.time, this.logger) = (committed, time, logger);
        checks = BackgroundLoop.Start($"The check of unanswered transactions of {appId}", CheckAsync, time, logger);
    }

    public void Add(StateStoreComponent store, IReadOnlyList<StateWrite> records)
    {
        foreach (var record in records)
        {
            added.Writer.TryWrite((store, record));
        }
    }

    public ValueTask DisposeAsync() => checks.DisposeAsync();

    private async Task CheckAsync(CancellationToken stopping)
    {
        while (open.Count > 0 || await added.Reader.WaitToReadAsync(stopping))
        {
            while (added.Reader.TryRead(out var next))
            {
                open.Add(next);
            }
            await Task.Delay(BeforeCheck, time, stopping);
            foreach (var records in open.GroupBy(one => one.Store).ToList())
            {
                await CheckAsync(records.Key, [.. records], stopping);
            }
        }
    }

    /// <summary>A store that is still away is asked again in the next round, about its first record only.</summary>
    private async Task CheckAsync(
        StateStoreComponent store,
        IReadOnlyList<(StateStoreComponent Store, StateWrite Record)> records,
        CancellationToken stopping
    )
    {
        try
        {
            foreach (var one in records)
            {
                if (await store.Store.GetAsync(one.Record.Key, stopping) is not null)
                {
                    LogCommitted(store.Name);
                    committed(store, one.Record);
                }
                open.Remove(one);
            }
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogStillAway(e, store.Name, records.Count);
        }
    }

    [LoggerMessage(
        2202,
        LogLevel.Warning,
        "A transaction in {Store} was carried out although the store gave no answer; its event is published now"
    )]
    private partial void LogCommitted(string store);

    [LoggerMessage(2203, LogLevel.Warning, "{Store} can't tell yet whether {Count} outbox records were written; it is asked again")]
    private partial void LogStillAway(Exception failure, string store, int count);
}
