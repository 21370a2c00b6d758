using System.Collections.Concurrent;
using Sidecar.Actors;
using Sidecar.Hosting;

namespace Sidecar.Invocation;

/// <summary>Who is where: the apps of this process, and those of other sidecar processes on this machine.</summary>
internal sealed class AppDirectory(SidecarRegistry registry) : IActorPlacement
{
    private readonly ConcurrentDictionary<string, AppSidecar> local = new(StringComparer.Ordinal);

    public void Add(AppSidecar sidecar) => local[sidecar.Options.AppId] = sidecar;

    public void Remove(AppSidecar sidecar) => local.TryRemove(KeyValuePair.Create(sidecar.Options.AppId, sidecar));

    public AppSidecar? Local(string appId) => local.GetValueOrDefault(appId);

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

    /// <summary>The internal address of another process's sidecar for <paramref name="appId"/>, or null when nobody has announced it.</summary>
    public Uri? Remote(string appId) => registry.Find(appId);
}
