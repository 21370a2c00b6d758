using Google.Protobuf.WellKnownTypes;
using Sidecar.State;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Storage;

/// <summary>An instance in the store.</summary>
internal sealed record StoredInstance(
    Execution Execution,
    ulong Generation,
    string MetadataETag,
    IReadOnlyList<StoredMessage> Inbox,
    IReadOnlyList<string> Keys
)
{
    public bool IsFinished => Execution.Completed is not null;

    /// <summary>The start event, in the history or, before the first turn, in the inbox.</summary>
    public ExecutionStartedEvent? Started =>
        Execution.Started ?? Inbox.FirstOrDefault(m => m.Event.ExecutionStarted is not null)?.Event.ExecutionStarted;
}

internal sealed record StoredMessage(HistoryEvent Event, int Sequence, string? ForExecution);

/// <summary>Reads instances. One range read returns all keys of an instance.</summary>
internal sealed class InstanceReader(IKeyListing listing, IStateStore store, WorkflowKeys keys)
{
    private const int PageSize = 1000;

    /// <summary>Null if the store has no such instance.</summary>
    public async ValueTask<StoredInstance?> ReadAsync(string id, CancellationToken cancellation)
    {
        var own = keys.Of(id);
        var found = new List<KeyValuePair<string, StateEntry>>();
        string? after = null;
        while (true)
        {
            var page = await listing.ListEntriesAsync(own.Prefix, after, PageSize, cancellation);
            found.AddRange(page.Where(e => own.Owns(e.Key)));
            if (page.Count < PageSize)
            {
                break;
            }

            after = page[^1].Key;
        }

        var metadata = found.Find(e => e.Key == own.Metadata).Value;
        return metadata is null ? null : Build(id, own, metadata, found);
    }

    /// <summary>The ETag for the next step of the instance; null if it was deleted.</summary>
    public async Task<string?> ReadETagAsync(string id, CancellationToken cancellation) =>
        (await store.GetAsync(keys.Of(id).Metadata, cancellation))?.ETag;

    public async ValueTask<bool> ExistsAsync(string id, CancellationToken cancellation) =>
        await store.GetAsync(keys.Of(id).Metadata, cancellation) is not null;

    private static StoredInstance Build(string id, InstanceKeys own, StateEntry metadata, List<KeyValuePair<string, StateEntry>> found)
    {
        var execution = new Execution(id);
        foreach (var (_, value) in Numbered(found, own.HistoryIndex))
        {
            execution.Append(HistoryEvent.Parser.ParseFrom(value.Span), value.Length);
        }

        if (found.Find(e => e.Key == own.CustomStatus).Value is { Value.Length: > 0 } status)
        {
            execution.CustomStatus = StringValue.Parser.ParseFrom(status.Value.Span).Value;
        }

        if (found.Find(e => e.Key == own.Propagated).Value is { } propagated)
        {
            execution.Incoming = PropagatedHistory.Parser.ParseFrom(propagated.Value.Span);
        }

        var inbox = Numbered(found, own.InboxSequence)
            .Select(n => (n.Number, Message: InboxValue.Parse(n.Value)))
            .Select(m => new StoredMessage(m.Message.Event, m.Number, m.Message.ForExecution))
            // An event can reach the store before the start event of the execution that follows a continue-as-new.
            .OrderBy(m => m.Event.ExecutionStarted is null)
            .ToList();
        return new(execution, InstanceMetadata.Parse(metadata.Value).Generation, metadata.ETag, inbox, found.ConvertAll(e => e.Key));
    }

    private static IEnumerable<(int Number, ReadOnlyMemory<byte> Value)> Numbered(
        List<KeyValuePair<string, StateEntry>> found,
        Func<string, int?> numberOf
    ) =>
        found
            .Select(e => (Number: numberOf(e.Key), e.Value.Value))
            .Where(e => e.Number is not null)
            .Select(e => (e.Number!.Value, e.Value))
            .OrderBy(e => e.Item1);
}
