using Dapr.Workflow;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>Stored format.</summary>
internal sealed record CancelSagaInput(OrderSagaInput Order, string Reason, IReadOnlyList<SagaStepView> Steps)
{
    /// <summary>Absent in what was stored before it was kept: a customer's wish.</summary>
    public string? ReasonCode { get; init; }
}

/// <summary>
/// Cancels a confirmed order: undoes shipment, payment, reservation and the order itself, in that order. Whether it is too late the
/// shipment decides, because it is undone first.
/// </summary>
internal sealed class CancelSaga : Workflow<CancelSagaInput, OrderStatus>
{
    public static string InstanceOf(string orderId) => $"{orderId}-cancel";

    public override async Task<OrderStatus> RunAsync(WorkflowContext context, CancelSagaInput input)
    {
        var log = new StepLog(context, input.Steps.Count == 0 ? SagaSteps.Pending : input.Steps);
        var undo = new Compensation(context, input.Order, log, SagaPlan.Of(log.Steps));
        if (await undo.RunAsync(undo.LastStep, new Failure(input.Reason, input.ReasonCode ?? "cancelled-by-customer")))
        {
            return OrderStatus.Cancelled;
        }
        await context.CallActivityAsync<StepOutcome>(
            nameof(RefuseCancellation),
            input.Order.OrderId,
            SagaPlan.Policy(input.Order.Retries with { StepAttempts = int.MaxValue })
        );
        return OrderStatus.Confirmed;
    }
}
