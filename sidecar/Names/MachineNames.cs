using Sidecar.Hosting;

namespace Sidecar.Names;

/// <summary>The default, in the place of <c>mdns</c>: the registry of this user on this machine.</summary>
internal sealed class MachineNames(SidecarRegistry registry) : INameResolver
{
    private string? announced;
    private int port;

    public Task AnnounceAsync(string appId, int port, CancellationToken cancellation)
    {
        registry.Announce(appId, port);
        (announced, this.port) = (appId, port);
        return Task.CompletedTask;
    }

    public Uri? Find(string appId) => registry.Find(appId);

    public void AnnounceActors(IReadOnlyCollection<string> types)
    {
        if (announced is not null)
        {
            registry.AnnounceActors(announced, port, types);
        }
    }

    public Uri? FindActors(string type) => registry.FindActors(type);

    public ValueTask DisposeAsync()
    {
        if (announced is not null)
        {
            registry.AnnounceActors(announced, port, []);
            registry.Withdraw(announced);
            announced = null;
        }
        return ValueTask.CompletedTask;
    }
}
