using Sidecar.State;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>Deletes instances. Children are deleted first, so that an interrupted purge can be repeated.</summary>
internal static class Purge
{
    public static async Task<(int Deleted, WorkflowRefusal? Refusal)> RunAsync(
        WorkflowRuntime runtime,
        string id,
        bool recursive,
        bool force
    )
    {
        if (runtime.Directory.TryFind(id, out var active) && await active.StateAsync() is { } state)
        {
            if (!force)
            {
                return (
                    0,
                    state.WorkflowStatus == Sidecar.Workflows.Protocol.OrchestrationStatus.Stalled
                        ? WorkflowRefusal.Stalled
                        : WorkflowRefusal.NotCompleted
                );
            }

            await active.DiscardAsync();
        }

        if (await runtime.Store.Reader.ReadAsync(id, CancellationToken.None) is not { } stored)
        {
            return (0, WorkflowRefusal.NotFound);
        }

        if (!stored.IsFinished && !force)
        {
            return (0, WorkflowRefusal.NotCompleted);
        }

        var deleted = 0;
        if (recursive)
        {
            foreach (var (child, app) in ChildWorkflows.ChildrenOf(runtime.AppId, stored.Execution))
            {
                var home = app is null ? runtime : runtime.Peers.Find(app)?.Runtime;
                if (home is null)
                {
                    return (
                        deleted,
                        WorkflowRefusal.Unavailable($"failed to purge child workflow \"{child}\": app '{app}' is not available")
                    );
                }

                var (more, refusal) = await RunAsync(home, child, recursive, force);
                deleted += more;
                if (refusal is not null && refusal != WorkflowRefusal.NotFound)
                {
                    return (deleted, refusal with { Message = $"failed to purge child workflow: {refusal.Message}" });
                }
            }
        }

        var failure = await runtime.Store.CommitAsync(Deletes(runtime.Store.Keys, id, stored), CancellationToken.None);
        return failure is null ? (deleted + 1, null) : (deleted, WorkflowRefusal.Unavailable(failure.Message));
    }

    private static List<StateWrite> Deletes(WorkflowKeys keys, string id, StoredInstance stored)
    {
        var metadata = keys.Of(id).Metadata;
        return
        [
            .. stored.Keys.Where(k => k != metadata).Select(k => StateWrite.Delete(k)),
            // Under its ETag: a newer instance with the same id stays.
            StateWrite.Delete(metadata, stored.MetadataETag),
            StateWrite.Delete(keys.Index(id)),
            StateWrite.Delete(keys.Pending(id)),
            StateWrite.Delete(keys.PendingNotifications(id)),
            StateWrite.Delete(keys.Retained(id)),
        ];
    }
}
