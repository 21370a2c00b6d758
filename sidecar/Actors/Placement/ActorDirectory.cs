using System.Collections.Frozen;
using Sidecar.Hosting;
using Sidecar.Invocation;

namespace Sidecar.Actors.Placement;

/// <summary>Where an actor is: with a sidecar of this process, or with one elsewhere.</summary>
internal readonly record struct ActorRoute(AppSidecar? Here, Uri? There);

/// <summary>
/// Who hosts which actor type, as seen from this process. Apps of one process are a system of their own: while several run in it, types that none of them
/// hosts are not looked for in another system of this machine.
/// </summary>
internal sealed class ActorDirectory : IActorPlacement
{
    private readonly Roster roster;
    private readonly AppDirectory apps;
    private readonly bool alone;
    private readonly Lock gate = new();
    private volatile FrozenDictionary<string, TypeHosts> types = FrozenDictionary<string, TypeHosts>.Empty;

    /// <param name="alone">Whether this process has one app only.</param>
    public ActorDirectory(Roster roster, AppDirectory apps, bool alone)
    {
        (this.roster, this.apps, this.alone) = (roster, apps, alone);
        roster.Changed += LookAgain;
    }

    public ActorRoute? Find(ActorId actor)
    {
        if (!types.TryGetValue(actor.Type, out var hosts))
        {
            Refresh(); // it may have come a moment ago
            types.TryGetValue(actor.Type, out hosts);
        }
        return hosts?.Route(actor);
    }

    public void Refresh() => roster.Refresh();

    private void LookAgain()
    {
        lock (gate)
        {
            var live = roster.Live;
            var here = apps.All.ToDictionary(sidecar => sidecar.Presence.Own.Instance, StringComparer.Ordinal);
            var groups = here.Values.Select(sidecar => sidecar.Presence.Own.Group).ToHashSet(StringComparer.Ordinal);
            types = live.SelectMany(announcement => announcement.Types.Select(type => (Type: type, announcement.Group)))
                .Where(pair => alone || groups.Contains(pair.Group))
                .GroupBy(pair => pair.Type, pair => pair.Group, StringComparer.Ordinal)
                .ToFrozenDictionary(hosting => hosting.Key, hosting =>
                {
                    // Which of several groups is the same for all who ask from outside.
                    var group = hosting.FirstOrDefault(groups.Contains) ?? hosting.First();
                    return new TypeHosts(Membership.Of(group, live), live.Where(announcement => announcement.Group == group && announcement.Types.Contains(hosting.Key)), here);
                }, StringComparer.Ordinal);
        }
    }

    private sealed class TypeHosts
    {
        private readonly Membership membership;
        private readonly FrozenDictionary<string, ActorRoute> routes;
        private readonly ActorRoute? sole;

        public TypeHosts(Membership membership, IEnumerable<Announcement> hosts, Dictionary<string, AppSidecar> here)
        {
            this.membership = membership;
            routes = hosts.ToFrozenDictionary(host => host.Instance, host => here.TryGetValue(host.Instance, out var sidecar) ? new ActorRoute(sidecar, null) : new ActorRoute(null, host.Address), StringComparer.Ordinal);
            sole = routes.Count == 1 ? routes.Values[0] : null;
        }

        public ActorRoute? Route(ActorId actor) => sole ?? (membership.OwnerOf(actor) is { } owner ? routes[owner] : null);
    }
}
