using Dapr.Workflow;
using Orders.Services;

namespace Orders.Saga;

internal sealed class ReserveInventory(InventoryClient inventory) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override async Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => StepOutcome.Of(await inventory.ReserveAsync(input.OrderId, input.Items, CancellationToken.None));
}

internal sealed class ReleaseInventory(InventoryClient inventory) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override async Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => StepOutcome.Of(await inventory.ReleaseAsync(input.OrderId, CancellationToken.None));
}

internal sealed class ProcessPayment(PaymentsClient payments) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override async Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => StepOutcome.Of(await payments.ChargeAsync(input.OrderId, input.Total, input.Currency, input.PaymentToken, CancellationToken.None));
}

internal sealed class RefundPayment(PaymentsClient payments) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override async Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => StepOutcome.Of(await payments.RefundAsync(input.OrderId, CancellationToken.None));
}

internal sealed class ArrangeShipment(ShippingClient shipping) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override async Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => StepOutcome.Of(await shipping.ArrangeAsync(input.OrderId, input.Destination, CancellationToken.None));
}

internal sealed class CancelShipment(ShippingClient shipping) : WorkflowActivity<OrderSagaInput, StepOutcome>
{
    public override async Task<StepOutcome> RunAsync(WorkflowActivityContext context, OrderSagaInput input)
        => StepOutcome.Of(await shipping.CancelAsync(input.OrderId, CancellationToken.None));
}
