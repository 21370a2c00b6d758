using System.Collections.Concurrent;
using Sidecar.Hosting;

namespace Sidecar.Invocation;

/// <summary>The sidecars of this process by app id.</summary>
internal sealed class AppDirectory
{
    private readonly ConcurrentDictionary<string, AppSidecar> local = new(StringComparer.Ordinal);

    public void Add(AppSidecar sidecar) => local[sidecar.Options.AppId] = sidecar;

    public void Remove(AppSidecar sidecar) => local.TryRemove(KeyValuePair.Create(sidecar.Options.AppId, sidecar));

    public IEnumerable<AppSidecar> All => local.Select(item => item.Value);

    public AppSidecar? Find(string appId) => local.GetValueOrDefault(appId);

    /// <summary>The sidecar whose app hosts an actor type and is well; null when there is none in this process.</summary>
    public AppSidecar? FindHost(string actorType)
    {
        foreach (var (_, sidecar) in local)
        {
            if (sidecar is { AppIsWell: true, ActorHost: { } host } && host.Hosts(actorType))
            {
                return sidecar;
            }
        }
        return null;
    }
}
