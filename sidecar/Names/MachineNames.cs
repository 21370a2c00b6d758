using Sidecar.Hosting;

namespace Sidecar.Names;

/// <summary>The default, in the place of <c>mdns</c>: the registry of this user on this machine.</summary>
internal sealed class MachineNames(SidecarRegistry registry) : INameResolver
{
    private string? announced;

    public Task AnnounceAsync(string appId, int port, CancellationToken cancellation)
    {
        registry.Announce(appId, port);
        announced = appId;
        return Task.CompletedTask;
    }

    public Uri? Find(string appId) => registry.Find(appId);

    public ValueTask DisposeAsync()
    {
        if (announced is not null)
        {
            registry.Withdraw(announced);
            announced = null;
        }
        return ValueTask.CompletedTask;
    }
}
