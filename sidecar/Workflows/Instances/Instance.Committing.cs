using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.State;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>How the instance writes: always one transaction, its own metadata under the ETag of the last one.</summary>
internal sealed partial class Instance
{
    private List<StateWrite>? birth; // non-null until the first commit
    private string? etag;
    private Task<string?>? nextETag;
    private ulong generation = 1;
    private readonly TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once the store has the instance, or its reservation was given up.</summary>
    public Task Settled => settled.Task;

    /// <summary>Called by the maker, before anything else can happen to the instance.</summary>
    public void PrepareBirth(List<StateWrite> writes, string? replacedETag, ulong firstGeneration, Sidecar.Workflows.Protocol.PropagatedHistory? incoming)
    {
        birth = writes;
        etag = replacedETag;
        generation = firstGeneration;
        execution.Incoming = incoming;
    }

    /// <summary>For a maker who commits for the instance: everything that brings it about, with its start event in the inbox.</summary>
    public List<StateWrite> BirthWrites(Message start)
        => [.. birth!, MetadataWrite(inboxLength: 1, historyLength: 0), InboxWrite(start)];

    /// <summary>The instance begins to work on <paramref name="start"/>.</summary>
    public void Begin(Message start) => Tell(() =>
    {
        if (start.IsStored)
        {
            birth = null;
            settled.TrySetResult();
            ReadETagAhead();
        }

        held = false;
        Receive(start);
    });

    /// <summary>The reservation is given up; who wrote to it meanwhile learns that there is no such instance.</summary>
    public void Abandon()
    {
        runtime.Directory.Remove(this);
        Tell(() => Close(WorkflowRefusal.NotFound));
    }

    private void AddBirth(List<StateWrite> writes, int inboxLength)
    {
        writes.AddRange(birth!);
        writes.Add(MetadataWrite(inboxLength, execution.History.Count));
    }

    private StateWrite MetadataWrite(int inboxLength, int historyLength)
        => StateWrite.Upsert(
            keys.Metadata,
            new InstanceMetadata(inboxLength, historyLength, generation).ToBytes(),
            etag,
            firstWrite: birth is not null && etag is null);

    /// <summary>False when the store did not take it; the instance then finds out from the store how things stand.</summary>
    private async ValueTask<bool> CommitAsync(List<StateWrite> writes, bool ownsMetadata, bool isLast = false)
    {
        StateFailure? failure;
        try
        {
            failure = await runtime.Store.CommitAsync(writes, CancellationToken.None);
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            failure = new(StateFailureKind.Unavailable, Id, broken.Message);
        }

        if (failure is not null)
        {
            Recover(failure.Message);
            return false;
        }

        attempts = 0;
        if (ownsMetadata)
        {
            birth = null;
            settled.TrySetResult();
            if (!isLast) ReadETagAhead();
        }

        return true;
    }

    /// <summary>The store makes the ETag, so it has to be read back. Begun at once, it is there before the next step needs it.</summary>
    private void ReadETagAhead()
    {
        etag = null;
        nextETag = runtime.Store.Reader.ReadETagAsync(Id, CancellationToken.None);
    }

    private async ValueTask<bool> KnowETagAsync()
    {
        if (birth is not null || etag is not null) return true;
        etag = nextETag is null ? null : await nextETag;
        nextETag = null;
        if (etag is not null) return true;
        Recover("the instance is no longer in the store");
        return false;
    }

    private static byte[] CustomStatusValue(string? status)
        => status is null ? [] : new StringValue { Value = status }.ToByteArray();
}
