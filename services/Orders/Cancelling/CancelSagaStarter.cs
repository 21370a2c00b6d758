using Dapr.Workflow;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Orders.Ordering;
using Orders.Saga;

namespace Orders.Cancelling;

/// <summary>Starts the saga that cancels a confirmed order. Idempotent by order id.</summary>
internal sealed class CancelSagaStarter(IDaprWorkflowClient workflows, IOptions<SagaOptions> options)
{
    /// <summary>False if the saga exists already.</summary>
    public async Task<bool> StartAsync(string orderId, IReadOnlyList<SagaStep> steps, Failure why, CancellationToken cancellation)
    {
        var input = new CancelSagaInput(orderId, options.Value.ToRetries(), why.Reason, steps) { ReasonCode = why.Code };
        try
        {
            await workflows.ScheduleNewWorkflowAsync(nameof(CancelSaga), CancelSaga.InstanceOf(orderId), input, null, cancellation);
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            return false; // started before
        }
    }
}
