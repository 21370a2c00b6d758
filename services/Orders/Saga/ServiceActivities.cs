using Dapr.Workflow;
using Orders.Services;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Saga;

/// <summary>Does the call of a step, or of its compensation, on behalf of the request that placed the order, and logs what came of
/// it.</summary>
internal sealed partial class StepCalls(TimeProvider time, ILogger<StepCalls> logger)
{
    public async Task<StepOutcome> CallAsync<T>(OrderSagaInput input, string call, Func<CancellationToken, Task<Outcome<T>>> send)
    {
        RequestId.Current = input.RequestId;
        var start = time.GetTimestamp();
        try
        {
            var outcome = StepOutcome.Of(await send(CancellationToken.None));
            LogEnded(
                call,
                input.OrderId,
                outcome.Done ? "done" : outcome.Code ?? "refused",
                time.GetElapsedTime(start).TotalMilliseconds,
                input.RequestId
            );
            return outcome;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(call, input.OrderId, e.Message, time.GetElapsedTime(start).TotalMilliseconds, input.RequestId);
            throw;
        }
    }

    [LoggerMessage(1201, LogLevel.Information, "{Call} of order {OrderId}: {Outcome} after {Milliseconds:0} ms (request {RequestId})")]
    private partial void LogEnded(string call, string orderId, string outcome, double milliseconds, string? requestId);

    [LoggerMessage(1202, LogLevel.Warning, "{Call} of order {OrderId} failed: {Failure} after {Milliseconds:0} ms (request {RequestId})")]
    private partial void LogFailed(string call, string orderId, string failure, double milliseconds, string? requestId);
}

internal sealed class ReserveInventory(InventoryClient inventory, StepCalls calls) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input) =>
        calls.CallAsync(input, nameof(ReserveInventory), cancellation => inventory.ReserveAsync(input.OrderId, input.Items, cancellation));
}

internal sealed class ReleaseInventory(InventoryClient inventory, StepCalls calls) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input) =>
        calls.CallAsync(input, nameof(ReleaseInventory), cancellation => inventory.ReleaseAsync(input.OrderId, cancellation));
}

internal sealed class ProcessPayment(PaymentsClient payments, StepCalls calls) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input) =>
        calls.CallAsync(input, nameof(ProcessPayment), cancellation =>
            payments.ChargeAsync(input.OrderId, input.Total, input.Currency, input.PaymentToken, cancellation)
        );
}

internal sealed class RefundPayment(PaymentsClient payments, StepCalls calls) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input) =>
        calls.CallAsync(input, nameof(RefundPayment), cancellation => payments.RefundAsync(input.OrderId, cancellation));
}

internal sealed class ArrangeShipment(ShippingClient shipping, StepCalls calls) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input) =>
        calls.CallAsync(input, nameof(ArrangeShipment), cancellation =>
            shipping.ArrangeAsync(input.OrderId, input.Destination, cancellation)
        );
}

internal sealed class CancelShipment(ShippingClient shipping, StepCalls calls) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input) =>
        calls.CallAsync(input, nameof(CancelShipment), cancellation => shipping.CancelAsync(input.OrderId, cancellation));
}
