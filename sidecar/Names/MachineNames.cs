namespace Sidecar.Names;

/// <summary>The default, in place of <c>mdns</c>: the registry of this user on this machine. Every sidecar announces itself
/// there.</summary>
internal sealed class MachineNames(SidecarRegistry registry) : INameResolver
{
    public Task AnnounceAsync(string appId, int port, CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask<Uri?> FindAsync(string appId) => new(registry.Find(appId)?.Address);

    public void Forget() => registry.Forget();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
