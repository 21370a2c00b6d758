using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>Takes work from the sidecar for as long as the host runs. On shutdown it takes no more and finishes what it has.</summary>
internal sealed class WorkflowWorker(WorkStream stream, Dispatcher dispatcher, ILogger<WorkflowWorker> logger) : BackgroundService
{
    private readonly CancellationTokenSource _abandon = new();

    /// <param name="cancellationToken">Ends the host's shutdown time: work unfinished then is left to the next worker.</param>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static abandon => ((CancellationTokenSource)abandon!).Cancel(), _abandon);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _abandon.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        logger.WorkerStarted();
        await stream.ReadAsync((item, number) => dispatcher.Take(item, number, _abandon.Token), stoppingToken);
        await dispatcher.DrainAsync();
        logger.WorkerStopped();
    }
}
