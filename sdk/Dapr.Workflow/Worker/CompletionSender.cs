using Dapr.Workflow.Connection;
using Dapr.Workflow.Protocol;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>
/// Hands results in. While the sidecar is away it tries again, so that work done is not lost with a connection.
/// Sending twice is safe: the completion token ties a result to one hand-out.
/// </summary>
internal sealed class CompletionSender(TaskHub hub, TimeProvider time, ILogger<CompletionSender> logger)
{
    /// <summary>A sidecar that is back after this long has handed the work out again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    internal Task<Completion> SendAsync(ActivityResponse response, CancellationToken cancellation) =>
        SendAsync(hub.Client.CompleteActivityTaskAsync, response, response.InstanceId, cancellation);

    // The older of two names for one call, so that sidecars before 1.18 understand it too.
    internal Task<Completion> SendAsync(WorkflowResponse response, CancellationToken cancellation) =>
#pragma warning disable CS0612
        SendAsync(hub.Client.CompleteOrchestratorTaskAsync, response, response.InstanceId, cancellation);
#pragma warning restore CS0612

    private async Task<Completion> SendAsync<T>(
        Func<T, CallOptions, AsyncUnaryCall<CompleteTaskResponse>> call, T response, string instanceId, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            try
            {
                await call(response, hub.Headers.With(cancellation));
                return Completion.Accepted;
            }
            catch (RpcException tooLarge) when (tooLarge.StatusCode == StatusCode.ResourceExhausted)
            {
                logger.TooLarge(tooLarge, instanceId);
                return Completion.TooLarge;
            }
            catch (RpcException away) when (IsAway(away) && time.GetElapsedTime(started) < Patience)
            {
                logger.CompletionDelayed(instanceId, failures, away.Status.Detail);
            }
            catch (RpcException refused)
            {
                logger.CompletionDropped(refused, instanceId);
                return Completion.Dropped;
            }

            await Task.Delay(Backoff.Completion.After(failures), time, cancellation);
        }
    }

    // A connection that breaks in the middle of a call shows as another status, but with the broken stream as its cause.
    private static bool IsAway(RpcException failure) =>
        failure.StatusCode == StatusCode.Unavailable || failure.Status.DebugException is HttpRequestException or IOException;
}
