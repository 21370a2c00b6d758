namespace Sidecar.Names;

/// <summary>
/// The default name resolution, in place of <c>mdns</c>: the registry of this user on this machine, where every sidecar registers.
/// </summary>
internal sealed class MachineNames(SidecarRegistry registry) : INameResolver
{
    public Task AnnounceAsync(string appId, int port, CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask<Uri?> FindAsync(string appId) => new(registry.Find(appId)?.Address);

    public void Forget() => registry.Forget();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
