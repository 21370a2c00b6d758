using Dapr.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults.Startup;

/// <summary>Runs a startup task until it succeeds; a sidecar or store that is not there yet is no reason to give up.</summary>
public sealed partial class StartupRunner<TTask>(TTask task, StartupState state, DaprClient dapr, TimeProvider time, ILogger<TTask> logger)
    : BackgroundService
    where TTask : class, IStartupTask
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        state.Begin();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!await TryAsync(stoppingToken))
        {
            await Task.Delay(Pause, time, stoppingToken);
        }
        state.Done();
    }

    private async Task<bool> TryAsync(CancellationToken cancellation)
    {
        try
        {
            if (!await dapr.CheckOutboundHealthAsync(cancellation))
            {
                return false;
            }
            await task.RunAsync(cancellation);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotYet(e);
            return false;
        }
    }

    [LoggerMessage(9002, LogLevel.Warning, "Startup task failed and is tried again")]
    private partial void LogNotYet(Exception failure);
}
