using Dapr.Workflow;
using Orders.Ordering;
using Orders.Streams;
using ServiceDefaults.Requests;

namespace Orders.Saga;

/// <summary>Stored format: how the saga ended. <paramref name="Reason"/> is set when it was given up.</summary>
internal sealed record SagaConclusion(string OrderId, string? Reason, IReadOnlyList<SagaStep> Steps)
{
    /// <summary>The order as it was to be created: one that is given up before it was written down is written down as given up.</summary>
    public OrderCreated? Created { get; init; }

    public string? ReasonCode { get; init; }

    /// <summary>The technical cause, for operators alone.</summary>
    public string? Cause { get; init; }

    public static SagaConclusion Of(string orderId, Failure why, IReadOnlyList<SagaStep> steps) =>
        new(orderId, why.Reason, steps) { ReasonCode = why.Code, Cause = why.Cause };

    /// <summary>Returns why the order is given up. The code of a requested cancellation names its kind of caller.</summary>
    public Failure Why(Order? order) =>
        order?.Cancelling is { } requested && requested.Reason == Reason
            ? Failure.Of(requested)
            : Failure.Of(Reason, ReasonCode, Cause) ?? new Failure("The order was given up.", "cancelled");
}

internal sealed class CreateOrder(OrderStreams streams) : WorkflowActivity<PlacedOrder, StepReply>
{
    public override async Task<StepReply> RunAsync(WorkflowActivityContext context, PlacedOrder input)
    {
        RequestId.Current = input.RequestId;
        var order = await streams.CreateAsync(input.OrderId, input.ToCreated(), CancellationToken.None);
        // A finished instance id can be started anew on any Dapr; the order itself says that all is done already.
        return order.Value is { Status: not OrderStatus.Pending } ended
            ? new StepReply(false, $"the order is {ended.Status} already")
            : StepReply.OfAppended(order);
    }
}

internal sealed class ConfirmOrder(OrderStreams streams) : WorkflowActivity<SagaConclusion, StepReply>
{
    public override async Task<StepReply> RunAsync(WorkflowActivityContext context, SagaConclusion conclusion) =>
        StepReply.OfAppended(
            await streams.AppendAsync(conclusion.OrderId, order => OrderRules.Confirm(order, conclusion.Steps), CancellationToken.None)
        );
}

internal sealed class CancelOrder(OrderStreams streams) : WorkflowActivity<SagaConclusion, StepReply>
{
    public override async Task<StepReply> RunAsync(WorkflowActivityContext context, SagaConclusion conclusion)
    {
        if (conclusion.Created is { } created)
        {
            // Closes the door: a write of the first step that is still under way finds the order there, and it is not pending.
            await streams.CreateAsync(conclusion.OrderId, created, CancellationToken.None);
        }
        return StepReply.OfExisting(
            await streams.AppendAsync(
                conclusion.OrderId,
                order => OrderRules.Cancel(order, conclusion.Why(order), conclusion.Steps),
                CancellationToken.None
            )
        );
    }
}
