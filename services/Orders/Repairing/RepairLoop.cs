using Microsoft.Extensions.Options;

namespace Orders.Repairing;

/// <summary>
/// Searches for open work for as long as the service runs. A search that fails is logged and repeated after the next period.
/// </summary>
internal sealed partial class RepairLoop(OpenOrders orders, IOptions<RepairOptions> options, TimeProvider time, ILogger<RepairLoop> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Every, time);
        var shipments = time.GetUtcNow();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryAsync(orders.ProjectOverdueAsync, stoppingToken);
            await TryAsync(orders.RepairAsync, stoppingToken);
            if (shipments <= time.GetUtcNow() && await TryAsync(orders.RenewShipmentsAsync, stoppingToken))
            {
                shipments = time.GetUtcNow() + options.Value.ShipmentsEvery;
            }
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> search, CancellationToken cancellation)
    {
        try
        {
            await search(cancellation);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogFailed(e);
            return false;
        }
    }

    [LoggerMessage(1303, LogLevel.Warning, "The search for open orders failed; it is repeated")]
    private partial void LogFailed(Exception failure);
}
