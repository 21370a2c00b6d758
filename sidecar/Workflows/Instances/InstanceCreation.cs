using Google.Protobuf;
using Grpc.Core;
using Sidecar.State;
using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// Creates instances. The id is reserved in memory first, so that one of two concurrent creators is refused; the store gets the instance
/// with its first commit, which may be a parent's step.
/// </summary>
internal static class InstanceCreation
{
    public static readonly byte[] Marker = "1"u8.ToArray();

    /// <summary>
    /// Reserves the id. The instance is held until it is created or abandoned. Both results are null if the instance exists already as the
    /// child of the same call of the same parent.
    /// </summary>
    public static async ValueTask<(Instance? Reserved, WorkflowRefusal? Refusal)> ReserveAsync(
        WorkflowRuntime runtime,
        HistoryEvent started,
        PropagatedHistory? incoming,
        CancellationToken cancellation
    )
    {
        var id = started.ExecutionStarted.WorkflowInstance.InstanceId;
        var instance = new Instance(runtime, id, started.ExecutionStarted.ParentInstance);
        while (!runtime.Directory.TryAdd(instance))
        {
            if (runtime.Directory.Find(id) is not { } other)
            {
                continue;
            }

            if (other.IsChildOf(started.ExecutionStarted.ParentInstance))
            {
                return (null, null);
            }
            // A client that gets this refusal reads the instance, so it has to be in the store. Parents would wait for each other.
            if (other.Settled.IsCompleted || started.ExecutionStarted.ParentInstance is not null)
            {
                return (null, WorkflowRefusal.Occupied(id));
            }

            await other.Settled.WaitAsync(cancellation);
            if (runtime.Directory.Find(id) == other)
            {
                return (null, WorkflowRefusal.Occupied(id));
            }
        }

        try
        {
            var stored = await runtime.Store.Reader.ReadAsync(id, cancellation);
            if (Instance.IsSameCall(stored?.Started?.ParentInstance, started.ExecutionStarted.ParentInstance))
            {
                // A repeated call: the child is finished and its result is with the parent or being sent; or another runtime has started
                // it.
                instance.Abandon();
                await InstanceTakeover.TryContinueAsync(runtime, id, cancellation);
                return (null, null);
            }

            var refusal = stored is null ? null : await RefuseReuseAsync(runtime, id, stored, cancellation);
            if (refusal is not null)
            {
                instance.Abandon();
                await InstanceTakeover.TryContinueAsync(runtime, id, cancellation);
                return (null, refusal);
            }

            instance.PrepareCreation(
                FirstWrites(runtime, id, stored, incoming),
                stored?.MetadataETag,
                (stored?.Generation ?? 0) + 1,
                incoming
            );
            return (instance, null);
        }
        catch
        {
            instance.Abandon();
            throw;
        }
    }

    /// <summary>A finished instance may be replaced, unless a descendant still runs and could send messages to the successor.</summary>
    private static async ValueTask<WorkflowRefusal?> RefuseReuseAsync(
        WorkflowRuntime runtime,
        string id,
        StoredInstance stored,
        CancellationToken cancellation
    )
    {
        if (!stored.IsFinished)
        {
            return WorkflowRefusal.Occupied(id);
        }

        var running = await ChildWorkflows.FindRunningAsync(runtime, stored.Execution, cancellation);
        return running is null
            ? null
            : new(StatusCode.AlreadyExists, $"cannot recreate workflow with ID '{id}': {running}{WorkflowRefusal.NotCompleted.Message}");
    }

    private static List<StateWrite> FirstWrites(WorkflowRuntime runtime, string id, StoredInstance? stored, PropagatedHistory? incoming)
    {
        var keys = runtime.Store.Keys;
        var own = keys.Of(id);
        var writes = new List<StateWrite> { StateWrite.Upsert(keys.Index(id), Marker), StateWrite.Upsert(keys.Pending(id), Marker) };
        // The metadata key stays: its ETag guards the change of hands.
        if (stored is not null)
        {
            writes.AddRange(stored.Keys.Where(k => k != own.Metadata).Select(k => StateWrite.Delete(k)));
        }

        if (stored is not null)
        {
            writes.Add(StateWrite.Delete(keys.Retained(id)));
        }

        if (incoming is not null)
        {
            writes.Add(StateWrite.Upsert(own.Propagated, incoming.ToByteArray()));
        }

        return writes;
    }
}
