using System.Collections.Concurrent;
using Sidecar.Actors;
using Sidecar.Hosting;

namespace Sidecar.Invocation;

/// <summary>Who is where among the apps of this process.</summary>
internal sealed class AppDirectory : IActorPlacement
{
    private readonly ConcurrentDictionary<string, AppSidecar> local = new(StringComparer.Ordinal);

    public void Add(AppSidecar sidecar) => local[sidecar.Options.AppId] = sidecar;

    public void Remove(AppSidecar sidecar) => local.TryRemove(KeyValuePair.Create(sidecar.Options.AppId, sidecar));

    public AppSidecar? Local(string appId) => local.GetValueOrDefault(appId);

    /// <summary>
    /// Whether an actor type may be hosted by a sidecar of another process: never while several apps run in this one. They are a system
    /// of their own; a type of an app that is ill or not up yet must not be looked for in another system of this machine.
    /// </summary>
    public bool IsForeign(string type) => local.Count == 1 && !local.Values.Any(sidecar => sidecar.ActorHost?.Hosts(type) == true);

    /// <summary>The host of an actor type among the apps of this process.</summary>
    public ActorHost? Find(string type)
    {
        foreach (var sidecar in local.Values)
        {
            if (sidecar is { AppIsWell: true, ActorHost: { } host } && host.Hosts(type))
            {
                return host;
            }
        }
        return null;
    }
}
