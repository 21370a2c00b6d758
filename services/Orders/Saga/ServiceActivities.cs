using Dapr.Workflow;
using Orders.Ordering;
using Orders.Services;
using Orders.Streams;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Saga;

/// <summary>
/// Does the call of a step, or of its compensation, on behalf of the request that placed the order, and logs what came of it.
/// </summary>
internal sealed partial class ServiceCalls(TimeProvider time, ILogger<ServiceCalls> logger)
{
    public async Task<StepReply> CallAsync<T>(
        string orderId,
        string? requestId,
        string call,
        Func<CancellationToken, Task<Outcome<T>>> send
    )
    {
        RequestId.Current = requestId;
        var start = time.GetTimestamp();
        try
        {
            var reply = StepReply.Of(await send(CancellationToken.None));
            LogEnded(call, orderId, reply.Done ? "done" : reply.Code ?? "refused", time.GetElapsedTime(start).TotalMilliseconds, requestId);
            return reply;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(call, orderId, e.Message, time.GetElapsedTime(start).TotalMilliseconds, requestId);
            throw;
        }
    }

    [LoggerMessage(1201, LogLevel.Information, "{Call} of order {OrderId}: {Outcome} after {Milliseconds:0} ms (request {RequestId})")]
    private partial void LogEnded(string call, string orderId, string outcome, double milliseconds, string? requestId);

    [LoggerMessage(1202, LogLevel.Warning, "{Call} of order {OrderId} failed: {Failure} after {Milliseconds:0} ms (request {RequestId})")]
    private partial void LogFailed(string call, string orderId, string failure, double milliseconds, string? requestId);
}

/// <summary>The first call of the saga. Does nothing for an order that has ended: Dapr may start a finished instance anew.</summary>
internal sealed class ReserveInventory(OrderStreams streams, InventoryClient inventory, ServiceCalls calls)
    : WorkflowActivity<PlacedOrder, StepReply>
{
    public override async Task<StepReply> RunAsync(WorkflowActivityContext context, PlacedOrder input) =>
        (await streams.FindAsync(input.OrderId, CancellationToken.None))?.Fold() is { Status: not OrderStatus.Pending } ended
            ? StepReply.Ended(ended.Status)
            : await calls.CallAsync(input.OrderId, input.RequestId, nameof(ReserveInventory), cancellation =>
                inventory.ReserveAsync(input.OrderId, input.Items, cancellation)
            );
}

internal sealed class ReleaseInventory(InventoryClient inventory, ServiceCalls calls) : WorkflowActivity<CompensationInput, StepReply>
{
    public override Task<StepReply> RunAsync(WorkflowActivityContext context, CompensationInput input) =>
        calls.CallAsync(input.OrderId, input.RequestId, nameof(ReleaseInventory), cancellation =>
            inventory.ReleaseAsync(input.OrderId, cancellation)
        );
}

internal sealed class ProcessPayment(PaymentsClient payments, ServiceCalls calls) : WorkflowActivity<PlacedOrder, StepReply>
{
    public override Task<StepReply> RunAsync(WorkflowActivityContext context, PlacedOrder input) =>
        calls.CallAsync(input.OrderId, input.RequestId, nameof(ProcessPayment), cancellation =>
            payments.ChargeAsync(input.OrderId, input.Total, input.Currency, input.PaymentToken, cancellation)
        );
}

internal sealed class RefundPayment(PaymentsClient payments, ServiceCalls calls) : WorkflowActivity<CompensationInput, StepReply>
{
    public override Task<StepReply> RunAsync(WorkflowActivityContext context, CompensationInput input) =>
        calls.CallAsync(input.OrderId, input.RequestId, nameof(RefundPayment), cancellation =>
            payments.RefundAsync(input.OrderId, cancellation)
        );
}

internal sealed class ArrangeShipment(ShippingClient shipping, ServiceCalls calls) : WorkflowActivity<PlacedOrder, StepReply>
{
    public override Task<StepReply> RunAsync(WorkflowActivityContext context, PlacedOrder input) =>
        calls.CallAsync(input.OrderId, input.RequestId, nameof(ArrangeShipment), cancellation =>
            shipping.ArrangeAsync(input.OrderId, input.Destination, cancellation)
        );
}

internal sealed class CancelShipment(ShippingClient shipping, ServiceCalls calls) : WorkflowActivity<CompensationInput, StepReply>
{
    public override Task<StepReply> RunAsync(WorkflowActivityContext context, CompensationInput input) =>
        calls.CallAsync(input.OrderId, input.RequestId, nameof(CancelShipment), cancellation =>
            shipping.CancelAsync(input.OrderId, cancellation)
        );
}
