namespace Sidecar.Hosting;

/// <summary>Signals end the process in the order of <c>Program</c>; the web server must not stop earlier on its own.</summary>
internal sealed class OwnedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
