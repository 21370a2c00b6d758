using Sidecar.State;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// Takes up an unfinished instance that the store holds and this engine does not: another runtime has begun it, which keeps its timers and
/// activities for
/// itself and knows nothing of our index of unfinished instances. What its history leaves open is started here again.
/// </summary>
internal static class Adoption
{
    /// <summary>Idempotent. The instance is found at the next start as well.</summary>
    /// <returns>The instance, or null if it is finished or is not there.</returns>
    public static async ValueTask<Instance?> TryTakeUpAsync(WorkflowRuntime runtime, string id, CancellationToken cancellation)
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
