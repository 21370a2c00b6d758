using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.State;
using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// The stored part of an instance: every write is one transaction, with its metadata under the ETag of the last one. <paramref
/// name="recover"/> is called with the reason after a commit that was refused or has an unknown outcome.
/// </summary>
internal sealed class InstanceLog(WorkflowRuntime runtime, InstanceContents contents, Action<string> recover)
{
    private readonly InstanceKeys keys = runtime.Store.Keys.Of(contents.Id);
    private readonly TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<StateWrite>? creation; // non-null until the first commit
    private string? etag;
    private Task<string?>? nextETag;
    private ulong generation = 1;

    /// <summary>Completes once the store has the instance, or its reservation was released.</summary>
    public Task Settled => settled.Task;

    /// <summary>True until the first commit of the instance.</summary>
    public bool IsUnborn => creation is not null;

    /// <summary>
    /// The writes that create the instance, for its first commit; empty afterwards. They come before all other writes, because they delete
    /// the keys of a finished instance of this id, and the new instance uses the same ones.
    /// </summary>
    public IReadOnlyList<StateWrite> FirstWrites => creation ?? [];

    /// <summary>Called by the maker, before anything else can happen to the instance.</summary>
    public void PrepareCreation(List<StateWrite> writes, string? replacedETag, ulong firstGeneration)
    {
        creation = writes;
        etag = replacedETag;
        generation = firstGeneration;
    }

    /// <summary>The writes that create the instance, with its start event in the inbox, for a caller that commits them.</summary>
    public List<StateWrite> CreationWrites(Message start) =>
        [.. creation!, MetadataWrite(inboxLength: 1, historyLength: 0), InboxWrite(start)];

    /// <summary>Called after the creator's commit has created the instance.</summary>
    public void MarkCreated()
    {
        creation = null;
        Settle();
        ReadETagAhead();
    }

    public void Settle() => settled.TrySetResult();

    /// <summary>Continues from the state read from the store.</summary>
    public void Load(StoredInstance stored)
    {
        creation = null;
        nextETag = null;
        etag = stored.MetadataETag;
        generation = stored.Generation;
    }

    /// <summary>True if the store still has the state that this instance is to replace: nothing, or a finished instance.</summary>
    public bool StillReplaces(StoredInstance? stored) => stored?.MetadataETag == etag;

    /// <summary>The next commit begins a new generation of the instance's keys.</summary>
    public void BeginGeneration() => generation++;

    public StateWrite MetadataWrite(int inboxLength, int historyLength) =>
        StateWrite.Upsert(
            keys.Metadata,
            new InstanceMetadata(inboxLength, historyLength, generation).ToBytes(),
            etag,
            firstWrite: creation is not null && etag is null
        );

    public StateWrite InboxWrite(Message message) =>
        StateWrite.Upsert(keys.Inbox(message.Sequence), InboxValue.ToBytes(message.Event, message.ForExecution));

    public StateWrite InboxDelete(Message message) => StateWrite.Delete(keys.Inbox(message.Sequence));

    /// <summary>Appends events to the history; the sizes are in bytes.</summary>
    public (List<StateWrite> Writes, int[] Sizes) HistoryWrites(List<HistoryEvent> events)
    {
        var writes = new List<StateWrite>(events.Count + 8);
        var sizes = new int[events.Count];
        for (var i = 0; i < events.Count; i++)
        {
            var bytes = events[i].ToByteArray();
            sizes[i] = bytes.Length;
            writes.Add(StateWrite.Upsert(keys.History(contents.Execution.History.Count + i), bytes));
        }

        return (writes, sizes);
    }

    public IEnumerable<StateWrite> HistoryDeletes() =>
        Enumerable.Range(0, contents.Execution.History.Count).Select(i => StateWrite.Delete(keys.History(i)));

    public StateWrite PropagatedWrite(PropagatedHistory incoming) => StateWrite.Upsert(keys.Propagated, incoming.ToByteArray());

    public void AddCustomStatus(List<StateWrite> writes, string? status)
    {
        if (status != contents.Execution.CustomStatus)
        {
            writes.Add(StateWrite.Upsert(keys.CustomStatus, CustomStatusValue(status)));
        }
    }

    /// <summary>False if the store refused the commit; the instance then reloads its state from the store.</summary>
    public async ValueTask<bool> CommitAsync(List<StateWrite> writes, bool ownsMetadata, bool isLast = false)
    {
        StateFailure? failure;
        try
        {
            failure = await runtime.Store.CommitAsync(writes, CancellationToken.None);
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            failure = new(StateFailureKind.Unavailable, contents.Id, broken.Message);
        }

        if (failure is not null)
        {
            recover(failure.Message);
            return false;
        }

        Attempts = 0;
        if (ownsMetadata)
        {
            creation = null;
            Settle();
            if (!isLast)
            {
                ReadETagAhead();
            }
        }

        return true;
    }

    /// <summary>Failures since the last successful commit; they determine the pause between attempts.</summary>
    public int Attempts { get; set; }

    /// <summary>False when the store no longer has the instance.</summary>
    public async ValueTask<bool> KnowETagAsync()
    {
        if (creation is not null || etag is not null)
        {
            return true;
        }

        etag = nextETag is null ? null : await nextETag;
        nextETag = null;
        if (etag is not null)
        {
            return true;
        }

        recover("the instance is no longer in the store");
        return false;
    }

    /// <summary>
    /// The store creates the ETag, so it has to be read. Started at once, the read completes before the next step needs it.
    /// </summary>
    private void ReadETagAhead()
    {
        etag = null;
        nextETag = runtime.Store.Reader.ReadETagAsync(contents.Id, CancellationToken.None);
    }

    private static byte[] CustomStatusValue(string? status) => status is null ? [] : new StringValue { Value = status }.ToByteArray();
}
