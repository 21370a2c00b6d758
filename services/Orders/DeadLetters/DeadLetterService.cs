using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.Client;
using Orders.Views;
using ServiceDefaults;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.DeadLetters;

/// <summary>
/// Keeps events that no subscriber could handle. A replay puts the envelope back on the topic it came from, marked with the app that could
/// not take it: the others that listen there pass over it.
/// </summary>
internal sealed partial class DeadLetterService(
    DeadLetterStore store,
    OrderPages pages,
    DaprClient dapr,
    TimeProvider time,
    ILogger<DeadLetterService> logger
)
{
    private const string PubSub = "events";
    private const string CloudEvent = "application/cloudevents+json";

    /// <summary>
    /// The time after which a page of a replay ends early. The gateway waits ten seconds for an answer, and opens its circuit breaker for
    /// all requests to orders when answers are late.
    /// </summary>
    private static readonly TimeSpan LongestPage = TimeSpan.FromSeconds(5);

    public async Task<Delivery> TakeAsync(string app, JsonElement envelope, CancellationToken cancellation)
    {
        if (EventText.Of(envelope, "id") is not { Length: > 0 } id)
        {
            return Delivery.Done; // no envelope at all: nothing to be listed or replayed by; the sidecar has logged it
        }
        if (EventText.Of(envelope, "type") == DeliveryFailure.EventType)
        {
            return await ExplainAsync(app, envelope, cancellation);
        }
        var received = new DeadLetter(
            IdOf(app, id),
            app,
            EventText.Of(envelope, "type") ?? "",
            EventText.Of(envelope, "topic") ?? "",
            EventText.Of(envelope, "subject"),
            time.GetUtcNow(),
            1,
            DeadLetterState.Open,
            0,
            envelope
        );
        var kept = await store.ChangeAsync(received.Id, before => DeadLetterRules.Receive(before, received), cancellation);
        if (kept.Refusal is not null)
        {
            return Delivery.RetryBecause(kept.Refusal.Detail);
        }
        if (await store.FindFailureAsync(received.Id, cancellation) is { } known)
        {
            await store.ChangeAsync(received.Id, before => DeadLetterRules.Explain(before, known), cancellation);
        }
        return Delivery.Done;
    }

    /// <summary>
    /// The reason may come before the event or after it. Both are written before the other is looked for, so that one of the two writers
    /// finds both.
    /// </summary>
    private async Task<Delivery> ExplainAsync(string app, JsonElement envelope, CancellationToken cancellation)
    {
        if (FailureOf(envelope) is not { EventId.Length: > 0 } failure)
        {
            return Delivery.Done; // nothing that could be kept, however often it is delivered
        }
        var id = IdOf(app, failure.EventId);
        await store.SaveFailureAsync(id, failure, cancellation);
        var explained = await store.ChangeAsync(id, before => DeadLetterRules.Explain(before, failure), cancellation);
        return explained.Refusal is { Kind: RefusalKind.Conflict } busy ? Delivery.RetryBecause(busy.Detail) : Delivery.Done;
    }

    public async Task<Outcome<Page<DeadLetter>>> ListAsync(
        DeadLetterState state,
        string? cursor,
        int? limit,
        CancellationToken cancellation
    )
    {
        var list = DeadLetterRules.ListOf(state);
        var check = new PageRequest(list, cursor, limit).Check();
        if (check.Refusal is { } refusal)
        {
            return refusal;
        }
        var (before, most) = check.Value;
        var entries = await pages.EntriesAsync(DeadLetterStore.RootKey, DeadLetterStore.BucketKey, list, before, most + 1, cancellation);
        var letters = await store.FindAsync([.. entries.Take(most).Select(entry => entry.Id)], cancellation);
        return new Page<DeadLetter>(
            [.. letters.Where(letter => letter.State == state)],
            entries.Count > most ? PageCursor.Of(list, entries[most - 1].N) : null
        );
    }

    public Task<Outcome<DeadLetter>> DiscardAsync(string id, string? note, string? who, CancellationToken cancellation) =>
        store.ChangeAsync(
            id,
            before => DeadLetterRules.Close(before, DeadLetterState.Discarded, time.GetUtcNow(), note, who),
            cancellation
        );

    /// <summary>
    /// Published first, then noted: a crash between the two repeats an event, which is allowed; the other way round would lose one.
    /// </summary>
    public async Task<Outcome<DeadLetter>> ReplayAsync(string id, string? note, string? who, CancellationToken cancellation)
    {
        var found = (await store.FindAsync([id], cancellation)).FirstOrDefault();
        var closed = DeadLetterRules.Replay(found, found?.Times ?? 0, time.GetUtcNow(), note, who);
        if (closed.Refusal is not null)
        {
            return closed;
        }
        if (found!.Topic.Length == 0)
        {
            return Refusal.Conflict("dead-letter-without-topic", "This event does not name its topic, so it can only be discarded.");
        }
        await dapr.PublishByteEventAsync(
            PubSub,
            found.Topic,
            JsonSerializer.SerializeToUtf8Bytes(For(found.App, found.Event)),
            CloudEvent,
            cancellationToken: cancellation
        );
        var noted = await store.ChangeAsync(
            id,
            before => DeadLetterRules.Replay(before, found.Times, time.GetUtcNow(), note, who),
            cancellation
        );
        return noted.Refusal?.Code == "dead-letter-closed" ? closed : noted;
    }

    /// <summary>
    /// Replays a page of the letters that were open at the first page, the oldest first, as they came. A letter that arrives again
    /// meanwhile waits for the next replay, and so does one that can't be published.
    /// </summary>
    public async Task<Outcome<ReplayedPage>> ReplayPageAsync(
        string? cursor,
        int? limit,
        string? note,
        string? who,
        CancellationToken cancellation
    )
    {
        var begun = time.GetTimestamp();
        var list = DeadLetterRules.ListOf(DeadLetterState.Open);
        var check = new PageRequest(list, null, limit ?? PageRequest.MaxLimit).Check();
        if (check.Refusal is { } refusal)
        {
            return refusal;
        }
        if ((cursor is null ? ReplayRange.All : ReplayRange.Read(cursor)) is not { } range)
        {
            return Refusal.Invalid("cursor-invalid", "cursor is none that a replay has given; start without one.");
        }
        var most = check.Value.Limit;
        var (entries, until) = await pages.OldestEntriesAsync(
            DeadLetterStore.RootKey,
            DeadLetterStore.BucketKey,
            list,
            range.From,
            range.Until,
            most + 1,
            cancellation
        );
        var (tried, replayed) = (0, 0);
        while (tried < Math.Min(most, entries.Count) && (tried == 0 || time.GetElapsedTime(begun) < LongestPage))
        {
            replayed += await TryReplayAsync(entries[tried].Id, note, who, cancellation) ? 1 : 0;
            tried++;
        }
        return new ReplayedPage(replayed, tried < entries.Count ? new ReplayRange(entries[tried].N, until).ToCursor() : null);
    }

    private async Task<bool> TryReplayAsync(string id, string? note, string? who, CancellationToken cancellation)
    {
        try
        {
            return (await ReplayAsync(id, note, who, cancellation)).Refusal is null;
        }
        catch (Exception e) when (e is not OperationCanceledException && !DependencyFailures.MayPass(e))
        {
            LogNotReplayed(e, id);
            return false;
        }
    }

    private DeliveryFailure? FailureOf(JsonElement envelope)
    {
        try
        {
            return envelope.TryGetProperty("data", out var data) ? data.Deserialize<DeliveryFailure>(Json.Options) : null;
        }
        catch (JsonException e)
        {
            LogUnreadable(e, EventText.Of(envelope, "id"));
            return null;
        }
    }

    /// <summary>An event's id may hold anything; a dead letter's is part of a path and follows the rule of ids.</summary>
    private static string IdOf(string app, string eventId) =>
        Identifier.IsValid($"{app}.{eventId}")
            ? $"{app}.{eventId}"
            : $"{app}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(eventId)))[..32]}";

    /// <summary>The envelope for the one app that could not take it; the others that listen on the topic have.</summary>
    private static JsonObject For(string app, JsonElement envelope)
    {
        var marked = JsonObject.Create(envelope)!;
        marked[ReplayedEvents.Attribute] = app;
        return marked;
    }

    [LoggerMessage(1401, LogLevel.Error, "The reason for a dead letter, event {EventId}, can't be read and is dropped")]
    private partial void LogUnreadable(Exception failure, string? eventId);

    [LoggerMessage(1402, LogLevel.Warning, "Dead letter {DeadLetterId} could not be replayed and stays open")]
    private partial void LogNotReplayed(Exception failure, string deadLetterId);
}
