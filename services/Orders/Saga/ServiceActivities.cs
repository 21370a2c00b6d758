using Dapr.Workflow;
using Orders.Services;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Saga;

internal static class ServiceCalls
{
    /// <summary>Does a step's call on behalf of the request that placed the order.</summary>
    public static async Task<StepOutcome> CallAsync<T>(this OrderSagaInput input, Func<CancellationToken, Task<Outcome<T>>> call)
    {
        RequestId.Current = input.RequestId;
        return StepOutcome.Of(await call(CancellationToken.None));
    }
}

internal sealed class ReserveInventory(InventoryClient inventory) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => input.CallAsync(cancellation => inventory.ReserveAsync(input.OrderId, input.Items, cancellation));
}

internal sealed class ReleaseInventory(InventoryClient inventory) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => input.CallAsync(cancellation => inventory.ReleaseAsync(input.OrderId, cancellation));
}

internal sealed class ProcessPayment(PaymentsClient payments) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => input.CallAsync(cancellation => payments.ChargeAsync(input.OrderId, input.Total, input.Currency, input.PaymentToken, cancellation));
}

internal sealed class RefundPayment(PaymentsClient payments) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => input.CallAsync(cancellation => payments.RefundAsync(input.OrderId, cancellation));
}

internal sealed class ArrangeShipment(ShippingClient shipping) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => input.CallAsync(cancellation => shipping.ArrangeAsync(input.OrderId, input.Destination, cancellation));
}

internal sealed class CancelShipment(ShippingClient shipping) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => input.CallAsync(cancellation => shipping.CancelAsync(input.OrderId, cancellation));
}
