using Microsoft.Extensions.Options;

namespace Orders.Repairing;

/// <summary>Looks for open work for as long as the service runs. A look that fails is logged and made again at the next time.</summary>
internal sealed partial class RepairLoop(OpenOrders orders, IOptions<RepairOptions> options, TimeProvider time, ILogger<RepairLoop> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Every, time);
        var shipments = time.GetUtcNow();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryAsync(orders.ShowAsync, stoppingToken);
            await TryAsync(orders.HelpAsync, stoppingToken);
            if (shipments <= time.GetUtcNow() && await TryAsync(orders.RenewShipmentsAsync, stoppingToken))
            {
                shipments = time.GetUtcNow() + options.Value.ShipmentsEvery;
            }
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> look, CancellationToken cancellation)
    {
        try
        {
            await look(cancellation);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogFailed(e);
            return false;
        }
    }

    [LoggerMessage(1303, LogLevel.Warning, "Open orders could not be looked through; next time")]
    private partial void LogFailed(Exception failure);
}
