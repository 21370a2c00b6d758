using Dapr.Workflow;
using Orders.Ordering;
using Orders.Saga;

namespace Orders.Cancelling;

/// <summary>Stored format: the input of <see cref="CancelSaga"/>.</summary>
internal sealed record CancelSagaInput(string OrderId, SagaRetries Retries, string Reason, IReadOnlyList<SagaStep> Steps)
{
    /// <summary>Absent in records from before this field: the customer cancelled.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>Only in what earlier versions have stored, in place of <see cref="OrderId"/> and <see cref="Retries"/>.</summary>
    public PlacedOrder? Order { get; init; }

    /// <summary>The input as this version would have stored it.</summary>
    public CancelSagaInput Upcast() =>
        Order is { } placed ? this with { OrderId = placed.OrderId, Retries = placed.Retries, Order = null } : this;
}

/// <summary>
/// Cancels a confirmed order: undoes shipment, payment, reservation and the order itself, in that order. The shipment is undone first,
/// because it decides whether it is too late.
/// </summary>
internal sealed class CancelSaga : Workflow<CancelSagaInput, OrderStatus>
{
    public static string InstanceOf(string orderId) => $"{orderId}-cancel";

    public override async Task<OrderStatus> RunAsync(WorkflowContext context, CancelSagaInput stored)
    {
        var input = stored.Upcast();
        var log = new SagaProgress(context, input.Steps.Count == 0 ? SagaSteps.Pending : input.Steps);
        var order = new CompensatedOrder(input.OrderId, null, input.Retries, Created: null);
        var undo = new Compensation(context, order, log, SagaPlan.Of(log.Steps));
        if (await undo.RunAsync(undo.LastStep, new Failure(input.Reason, input.ReasonCode ?? "cancelled-by-customer")))
        {
            return OrderStatus.Cancelled;
        }
        await context.CallActivityAsync<StepReply>(
            nameof(RefuseCancellation),
            input.OrderId,
            SagaPlan.Policy(input.Retries with { StepAttempts = int.MaxValue })
        );
        return OrderStatus.Confirmed;
    }
}
