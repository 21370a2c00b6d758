using Sidecar.State;
using Sidecar.Workflows.Protocol;
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
            if (Refuse(state, recursive, force) is { } early)
            {
                return (0, early);
            }

            await active.DiscardAsync();
        }

        if (await runtime.Store.Reader.ReadAsync(id, CancellationToken.None) is not { } stored)
        {
            return (0, recursive ? WorkflowRefusal.NotFound.During("failed to fetch workflow state") : WorkflowRefusal.NotFound);
        }

        if (Refuse(InstanceState.Of(stored.Execution, waiting: null, continued: false), recursive, force) is { } refused)
        {
            return (0, refused);
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
                if (refusal is { IsNotFound: false })
                {
                    return (deleted, refusal.During($"failed to purge {(app is null ? "" : "cross-app ")}child workflow"));
                }
            }
        }

        var failure = await runtime.Store.CommitAsync(Deletes(runtime.Store.Keys, id, stored), CancellationToken.None);
        return failure is null ? (deleted + 1, null) : (deleted, WorkflowRefusal.Unavailable(failure.Message));
    }

    /// <summary>
    /// The reason why the instance stays. As in daprd, a recursive purge does not find an instance without a history, even by force, and
    /// has no word for a stalled one.
    /// </summary>
    private static WorkflowRefusal? Refuse(WorkflowState state, bool recursive, bool force) =>
        recursive && InstanceState.IsUnbegun(state) ? WorkflowRefusal.NotFound
        : force || InstanceState.IsTerminal(state.WorkflowStatus) ? null
        : !recursive && state.WorkflowStatus == OrchestrationStatus.Stalled ? WorkflowRefusal.Stalled(state.InstanceId)
        : WorkflowRefusal.NotCompleted;

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
