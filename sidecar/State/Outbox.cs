using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Sidecar.Components;
using Sidecar.Go;
using Sidecar.Loops;
using Sidecar.PubSub;
using Sidecar.PubSub.Events;
using Sidecar.PubSub.Publishing;
using Sidecar.Tracing;

namespace Sidecar.State;

/// <summary>
/// The transactional outbox: the events of a transaction are written with it, under keys no app can name, and published after the commit by
/// a relay that removes them when the broker has them. A crash in between publishes them at the next start. Source of type, content type
/// and projection rules: daprd's outbox (docs "Enable the transactional outbox pattern").
/// </summary>
internal sealed partial class Outbox(string appId, ComponentSet components, PubSubApi pubsub, TimeProvider time, ILogger<Outbox> logger)
    : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    private readonly Channel<(StateStoreComponent Store, StateWrite Record)> committed = Channel.CreateUnbounded<(
        StateStoreComponent,
        StateWrite
    )>(new() { SingleReader = true });
    private readonly List<(StateStoreComponent Store, StateWrite Record)> batch = []; // the relay's: taken, and not all published yet
    private BackgroundLoop? relay;
    private UnansweredCommits? unanswered;
    private Task forgetting = Task.CompletedTask; // the relay's: published records are deleted while the next ones are published
    private long sequence = Random.Shared.Next(); // two instances that write in the same moment must not write the same key

    private string Prefix => $"{appId}||outbox||";

    /// <summary>Publishes the events left by an earlier run, then new ones.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var store in components.Of<StateStoreComponent>().Values)
        {
            try
            {
                await TakeUpAsync(store, cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new InvalidOperationException(
                    $"component '{store.Name}' of app '{appId}': the events that an earlier run left in it can't be read: {e.Message}",
                    e
                );
            }
        }
        relay = BackgroundLoop.Start($"The outbox relay of {appId}", RelayAsync, time, logger);
        unanswered = new UnansweredCommits(appId, (store, record) => committed.Writer.TryWrite((store, record)), time, logger);
    }

    /// <summary>Publishes the events that an earlier run has left in <paramref name="store"/>.</summary>
    public async Task TakeUpAsync(StateStoreComponent store, CancellationToken cancellation)
    {
        if (store.Outbox is null || store.Store is not IKeyListing listing)
        {
            return;
        }
        string? after = null;
        IReadOnlyList<KeyValuePair<string, StateEntry>> left;
        do
        {
            left = await listing.ListEntriesAsync(Prefix, after, 500, cancellation);
            foreach (var (key, entry) in left)
            {
                after = key;
                if (Belongs(key, store))
                {
                    committed.Writer.TryWrite((store, StateWrite.Upsert(key, entry.Value)));
                }
            }
        } while (left.Count == 500);
    }

    /// <summary>Components over the same records find each other's events.</summary>
    private bool Belongs(string key, StateStoreComponent store) =>
        key[Prefix.Length..].Split("||", 2) is not [_, var component] || component == store.Name;

    /// <param name="trace">The trace of the request, which the events carry on.</param>
    /// <exception cref="Failures.DaprException">The app may not publish to the outbox's topic.</exception>
    public OutboxPlan Plan(StateStoreComponent store, IReadOnlyList<TransactionOperation> operations, TraceContext trace)
    {
        if (store.Outbox is null)
        {
            return new OutboxPlan(operations, []);
        }
        var projections = operations
            .Select(operation => operation.Upsert)
            .Where(upsert => upsert is not null && IsProjection(upsert))
            .GroupBy(upsert => upsert!.Key)
            .ToDictionary(upserts => upserts.Key, upserts => upserts.Last()!, StringComparer.Ordinal);
        var kept = operations.Where(operation => operation.Upsert is null || !IsProjection(operation.Upsert)).ToList();
        var records = kept.Where(operation => operation.Upsert is not null)
            .Select(operation => Record(store, operation.Upsert!, projections.GetValueOrDefault(operation.Upsert!.Key), trace))
            .ToList();
        if (records.Count > 0)
        {
            pubsub.DemandOutbox(store.Outbox.PubSub, store.Outbox.Topic);
        }
        return new OutboxPlan(kept, records);
    }

    public void Committed(StateStoreComponent store, OutboxPlan plan)
    {
        foreach (var record in plan.Records)
        {
            committed.Writer.TryWrite((store, record));
        }
    }

    /// <summary>The store gave no answer: the transaction may have been carried out.</summary>
    public void Unanswered(StateStoreComponent store, OutboxPlan plan) => unanswered?.Add(store, plan.Records);

    public async ValueTask DisposeAsync()
    {
        committed.Writer.TryComplete();
        if (unanswered is not null)
        {
            await unanswered.DisposeAsync();
        }
        if (relay is not null)
        {
            await relay.DisposeAsync();
        }
        await forgetting;
    }

    private static bool IsProjection(SaveRequest upsert) =>
        upsert.Metadata?.TryGetValue("outbox.projection", out var flag) == true && BooleanText.Of(flag);

    private StateWrite Record(StateStoreComponent store, SaveRequest upsert, SaveRequest? projection, TraceContext trace)
    {
        var (content, outbox) = (projection ?? upsert, store.Outbox!);
        var given = content.ContentType ?? content.Metadata?.GetValueOrDefault("contentType");
        var contentType = string.IsNullOrEmpty(given) ? "text/plain" : given;
        var id = $"outbox-{Guid.NewGuid()}";
        var now = time.GetLocalNow();
        var envelope = new JsonObject
        {
            ["id"] = id,
            ["specversion"] = "1.0",
            ["datacontenttype"] = contentType,
            ["source"] = appId,
            ["type"] = CloudEvents.DefaultType,
            ["topic"] = outbox.Topic,
            ["pubsubname"] = outbox.PubSub,
            ["traceid"] = trace.InEvent,
            ["traceparent"] = "",
            ["tracestate"] = trace.State,
            ["time"] = GoTime.Text(now),
        };
        CloudEvents.PutData(envelope, Payload(content, contentType), contentType);
        foreach (var (name, value) in upsert.Metadata ?? BrokerMessage.NoMetadata)
        {
            if (name is not ("data" or "id" or "topic" or "pubsubname"))
            {
                envelope[name] = value;
            }
        }
        // Ordered by time of writing, so that events left after a crash are published in order.
        var order = $"{now.UtcTicks:x16}{Interlocked.Increment(ref sequence):x8}";
        return StateWrite.Upsert(
            $"{Prefix}{order}||{store.Name}",
            JsonSerializer.SerializeToUtf8Bytes(envelope, GoJsonEncoder.SerializerOptions)
        );
    }

    /// <summary>A JSON value is published as JSON only if its content type is JSON, otherwise as Go prints it (as in daprd).</summary>
    private static ReadOnlyMemory<byte> Payload(SaveRequest content, string contentType)
    {
        if (!content.IsJson || contentType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return content.Value;
        }
        using var value = JsonDocument.Parse(content.Value);
        return System.Text.Encoding.UTF8.GetBytes(GoFormat.Print(value.RootElement));
    }

    /// <summary>Events that are unpublished when the sidecar stops stay in the store and are published at the next start.</summary>
    private async Task RelayAsync(CancellationToken stopping)
    {
        while (batch.Count > 0 || await committed.Reader.WaitToReadAsync(stopping))
        {
            while (batch.Count < 256 && committed.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }
            await PublishAsync(stopping);
        }
    }

    private async Task PublishAsync(CancellationToken stopping)
    {
        var delay = FirstRetry;
        while (batch.Count > 0)
        {
            // Started in order: brokers keep the order of the calls, and one commit can take them all.
            var sends = batch.Select(item => (item, Task: SendAsync(item.Store.Outbox!, item.Record, stopping))).ToList();
            var failed = new List<(StateStoreComponent Store, StateWrite Record)>();
            var sent = new List<(StateStoreComponent Store, StateWrite Record)>();
            foreach (var (item, task) in sends)
            {
                (await task ? sent : failed).Add(item);
            }
            batch.Clear();
            batch.AddRange(failed);
            foreach (var group in sent.GroupBy(item => item.Store))
            {
                var forgotten = ForgetAsync(group.Key, [.. group.Select(item => item.Record.Key)], stopping);
                forgetting = forgetting.IsCompleted ? forgotten : Task.WhenAll(forgetting, forgotten);
            }
            if (batch.Count > 0)
            {
                await Task.Delay(delay, time, stopping);
                delay = delay * 2 < LongestRetry ? delay * 2 : LongestRetry;
            }
        }
    }

    private async Task<bool> SendAsync(OutboxSettings outbox, StateWrite record, CancellationToken stopping)
    {
        try
        {
            using var envelope = JsonDocument.Parse(record.Value);
            var subject = envelope.RootElement.TryGetProperty("subject", out var value) ? value.GetString() : null;
            await pubsub.ForwardAsync(
                outbox.PubSub,
                new BrokerMessage(outbox.Topic, record.Value, CloudEvents.ContentType, BrokerMessage.NoMetadata) { OrderingKey = subject },
                stopping
            );
            return true;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogPublishFailed(e, outbox.Topic, outbox.PubSub);
            return false;
        }
    }

    /// <summary>Retries until it succeeds: a remaining record would be published again at each start.</summary>
    private async Task ForgetAsync(StateStoreComponent store, IReadOnlyList<string> keys, CancellationToken stopping)
    {
        try
        {
            await RetriedStep.UntilDoneAsync(
                $"The removal of published outbox records from {store.Name}",
                async _ =>
                {
                    await DeleteAsync(store.Store, keys);
                    return keys.Count;
                },
                time,
                logger,
                stopping
            );
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Published once more at the next start, which at-least-once allows.
        }
    }

    private static async Task DeleteAsync(IStateStore store, IReadOnlyList<string> keys)
    {
        if (store is IUnhurriedDeletes unhurried)
        {
            await unhurried.DeleteLaterAsync(keys);
        }
        else
        {
            await ((ITransactionalStateStore)store).TransactAsync([.. keys.Select(key => StateWrite.Delete(key))], CancellationToken.None);
        }
    }

    [LoggerMessage(2201, LogLevel.Warning, "Outbox event could not be published to topic {Topic} of {PubSub}; trying again")]
    private partial void LogPublishFailed(Exception failure, string topic, string pubSub);
}
