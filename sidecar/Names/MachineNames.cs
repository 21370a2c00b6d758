using Sidecar.Hosting;
using Sidecar.Invocation;

namespace Sidecar.Names;

/// <summary>
/// The default, in the place of <c>mdns</c>: the registry of this user on this machine. The sidecar's own presence there makes it known.
/// </summary>
internal sealed class MachineNames(Roster roster, Presence presence) : INameResolver
{
    private readonly RoundRobin turns = new();

    public Task AnnounceAsync(string appId, int port, CancellationToken cancellation)
    {
        presence.Change(own => own with { Invocable = true });
        return Task.CompletedTask;
    }

    public IReadOnlyList<Uri> Find(string appId)
    {
        var known = roster.Of(appId);
        if (known.Count < 2)
        {
            return known.Count == 0 ? [] : [known[0].Address];
        }
        return [.. turns.From(known).Select(announcement => announcement.Address)];
    }

    public ValueTask DisposeAsync()
    {
        presence.Change(own => own with { Invocable = false });
        return ValueTask.CompletedTask;
    }
}
