using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>Finds the children of a finished instance, and their children.</summary>
internal static class ChildWorkflows
{
    /// <summary>The path to a descendant that is not finished, in the words of the runtime; null when all are finished or purged.</summary>
    public static async ValueTask<string?> FindRunningAsync(WorkflowRuntime runtime, Execution execution, CancellationToken cancellation)
    {
        foreach (var (id, app) in ChildrenOf(runtime.AppId, execution))
        {
            var home = app is null ? runtime : runtime.Peers.Find(app)?.Runtime;
            if (home is null)
            {
                continue;
            }

            var path = $"child workflow '{id}': ";
            if (home.Directory.Find(id) is not null)
            {
                return path;
            }

            if (await home.Store.Reader.ReadAsync(id, cancellation) is not { } stored)
            {
                continue;
            }

            if (!stored.IsFinished)
            {
                return path;
            }

            if (await FindRunningAsync(home, stored.Execution, cancellation) is { } deeper)
            {
                return path + deeper;
            }
        }

        return null;
    }

    /// <summary>Ids of all children ever created, with their app when it is another one.</summary>
    public static IEnumerable<(string Id, string? App)> ChildrenOf(string appId, Execution execution) =>
        execution.Children.Select(c => (Id: c.ChildWorkflowInstanceCreated.InstanceId, App: AppOf(appId, c.Router))).DistinctBy(c => c.Id);

    public static string? AppOf(string appId, TaskRouter? router) =>
        router is { HasTargetAppID: true, TargetAppID.Length: > 0 } && router.TargetAppID != appId ? router.TargetAppID : null;
}
