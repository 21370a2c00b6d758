using Dapr.Workflow.Connection;
using Dapr.Workflow.Protocol;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>One stream of work items after another: opens the next at once when one breaks, then with growing pauses.</summary>
internal sealed class WorkStream(TaskHub hub, TimeProvider time, ILogger<WorkStream> logger)
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>A stream that lasted this long was a good one, even if it brought no work.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    /// <param name="take">Gets each item and the number of its stream; must not block.</param>
    /// <param name="stopping">Ends the reading.</param>
    internal async Task ReadAsync(Action<WorkItem, int> take, CancellationToken stopping)
    {
        var failures = 0;
        for (var stream = 1; !stopping.IsCancellationRequested; stream++)
        {
            var opened = time.GetTimestamp();
            var items = 0;
            var number = stream;
            try
            {
                await ReadAsync(
                    item =>
                    {
                        items++;
                        take(item, number);
                    },
                    stopping);
                logger.StreamEnded();
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception broken)
            {
                logger.StreamBroken(broken, failures);
            }

            failures = items > 0 || time.GetElapsedTime(opened) >= Settled ? 0 : failures + 1;
            await PauseAsync(failures, stopping);
        }
    }

    private async Task ReadAsync(Action<WorkItem> take, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var call = hub.Client.GetWorkItems(new GetWorkItemsRequest(), hub.Headers.With(ended.Token));
        logger.StreamOpened();
        var greeting = GreetAsync(ended.Token);
        try
        {
            while (await call.ResponseStream.MoveNext(ended.Token))
            {
                take(call.ResponseStream.Current);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await greeting;
        }
    }

    // Some proxies close connections on which no calls are made, whatever pings they carry.
    private async Task GreetAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(KeepAlive, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                await GreetOnceAsync(ended);
            }
        }
        catch (OperationCanceledException)
        {
            logger.GreetingEnded();
        }
    }

    private async Task GreetOnceAsync(CancellationToken ended)
    {
        try
        {
            await hub.Client.HelloAsync(new Empty(), hub.Headers.With(ended));
        }
        catch (RpcException unheard)
        {
            // The stream itself shows soon whether the sidecar is gone.
            logger.GreetingUnheard(unheard);
        }
    }

    private async Task PauseAsync(int failures, CancellationToken stopping)
    {
        if (failures > 0)
        {
            await Task.Delay(Backoff.Stream.After(failures), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
