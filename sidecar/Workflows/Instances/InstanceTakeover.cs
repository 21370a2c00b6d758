using Sidecar.State;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// Continues an unfinished instance that is in the store but unknown to this engine: another runtime has created it, with its own timers
/// and activities and without our index of unfinished instances. Open operations of its history are started again.
/// </summary>
internal static class InstanceTakeover
{
    /// <summary>Idempotent. The next start also finds the instance.</summary>
    /// <returns>The instance, or null if it is finished or missing.</returns>
    public static async ValueTask<Instance?> TryContinueAsync(WorkflowRuntime runtime, string id, CancellationToken cancellation)
    {
        if (await runtime.Store.Reader.ReadAsync(id, cancellation) is not { IsFinished: false } stored)
        {
            return null;
        }
        var keys = runtime.Store.Keys;
        if (
            await runtime.Store.CommitAsync(
                [StateWrite.Upsert(keys.Index(id), InstanceCreation.Marker), StateWrite.Upsert(keys.Pending(id), InstanceCreation.Marker)],
                cancellation
            ) is
            { } failure
        )
        {
            throw new InvalidOperationException($"workflow instance '{id}' could not be taken up: {failure.Message}");
        }
        var instance = new Instance(runtime, id);
        if (!runtime.Directory.TryAdd(instance))
        {
            return runtime.Directory.Find(id);
        }
        runtime.Logger.InstanceAdopted(id, stored.Started?.Name);
        instance.Load(stored);
        instance.Release();
        return instance;
    }
}
