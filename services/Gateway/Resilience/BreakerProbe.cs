namespace Gateway.Resilience;

/// <summary>
/// Asks apps whose breaker is open, twice a second, whether they are well: at their <c>/healthz</c>, the way requests go, through the
/// sidecars. So no client waits for an app that is still away, and a breaker closes within a second of the app's return.
/// </summary>
internal sealed class BreakerProbe(AppBreakers breakers, IConfiguration configuration, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    private readonly HttpClient sidecar = SidecarClient.Create(configuration);

    public override void Dispose()
    {
        sidecar.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await Task.WhenAll(breakers.All.Where(breaker => breaker.AwaitsProbe).Select(breaker => ProbeAsync(breaker, stoppingToken)));
        }
    }

    private async Task ProbeAsync(AppBreaker breaker, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(MaxWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var answer = await sidecar.GetAsync(
                new Uri($"/v1.0/invoke/{breaker.AppId}/method/healthz", UriKind.Relative),
                either.Token
            );
            if (answer.IsSuccessStatusCode)
            {
                await breaker.ProbeSucceededAsync();
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            // Still away: the next period asks again.
        }
    }
}
