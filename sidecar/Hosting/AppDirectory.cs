using System.Collections.Concurrent;
using Sidecar.Actors;
using Sidecar.Invocation;
using Sidecar.Workflows;

namespace Sidecar.Hosting;

/// <summary>The sidecars of this process by app id, behind the interfaces of the building blocks.</summary>
internal sealed class AppDirectory : ILocalApps, ILocalActors, IWorkflowPeers
{
    private readonly ConcurrentDictionary<string, AppSidecar> local = new(StringComparer.Ordinal);

    public void Add(AppSidecar sidecar) => local[sidecar.Options.AppId] = sidecar;

    public void Remove(AppSidecar sidecar) => local.TryRemove(KeyValuePair.Create(sidecar.Options.AppId, sidecar));

    public IEnumerable<AppSidecar> All => local.Select(item => item.Value);

    public ILocalApp? Find(string appId) => local.GetValueOrDefault(appId);

    public ActorHost? FindHost(string actorType)
    {
        foreach (var (_, sidecar) in local)
        {
            if (sidecar.ActorHost is { } host && host.Hosts(actorType))
            {
                return host;
            }
        }
        return null;
    }

    WorkflowEngine? IWorkflowPeers.Find(string appId) => local.GetValueOrDefault(appId)?.Blocks.Workflows;
}
