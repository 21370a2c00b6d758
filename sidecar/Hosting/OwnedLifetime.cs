namespace Sidecar.Hosting;

/// <summary>Signals end the process in the order <c>Program</c> says; the web server must not stop by itself before.</summary>
internal sealed class OwnedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
