using Dapr.Workflow.Connection;
using Dapr.Workflow.Protocol;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Client;

/// <summary>A call the sidecar answers only when an instance has come that far; made again where a connection ends it early.</summary>
internal sealed class InstanceWait(TaskHub hub, TimeProvider time, ILogger logger)
{
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    internal async Task<Protocol.WorkflowState> UntilAsync(
        Func<GetInstanceRequest, CallOptions, AsyncUnaryCall<GetInstanceResponse>> wait,
        GetInstanceRequest request,
        CancellationToken cancellation)
    {
        for (var failures = 0; ; failures++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var response = await wait(request, hub.Headers.With(cancellation));
                return response.Exists
                    ? response.WorkflowState
                    : throw new InvalidOperationException($"Workflow instance '{request.InstanceId}' does not exist");
            }
            catch (RpcException cancelled) when (cancelled.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancelled.Message, cancelled, cancellation);
            }
            catch (RpcException broken) when (broken.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                logger.WaitBroken(request.InstanceId, broken.StatusCode);
            }

            await Task.Delay(Backoff.Wait.After(failures + 1), time, cancellation);
        }
    }
}
