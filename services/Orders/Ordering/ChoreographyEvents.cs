using System.Text.Json.Serialization;

namespace Orders.Ordering;

/// <summary>A choreographed order's request to another service. Stored format, as all of <see cref="OrderEvent"/>.</summary>
internal abstract record StepRequested(IReadOnlyList<SagaStep> Steps) : OrderEvent
{
    /// <summary>Why the order is being undone; null on the way forward.</summary>
    public string? Reason { get; init; }

    /// <summary>The stable code of <see cref="Reason"/>; absent in events from before it was kept.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>The technical cause, for operators alone.</summary>
    public string? Cause { get; init; }

    /// <summary>Why the order is being undone: the three fields as one.</summary>
    [JsonIgnore]
    public Failure? Undoing => Failure.Of(Reason, ReasonCode, Cause);

    /// <summary>The number of the request, from 1; an answer names the request that it is to.</summary>
    public int Round { get; init; } = 1;

    public StepRequested Because(Failure why) => this with { Reason = why.Reason, ReasonCode = why.Code, Cause = why.Cause };

    /// <summary>The phase of the order until the answer comes.</summary>
    [JsonIgnore]
    public abstract OrderPhase Phase { get; }
}

internal sealed record PaymentRequested(IReadOnlyList<SagaStep> Steps) : StepRequested(Steps)
{
    [JsonIgnore]
    public override string Name => "order.payment-requested";

    [JsonIgnore]
    public override OrderPhase Phase => OrderPhase.Paying;
}

internal sealed record ShipmentRequested(IReadOnlyList<SagaStep> Steps) : StepRequested(Steps)
{
    [JsonIgnore]
    public override string Name => "order.shipment-requested";

    [JsonIgnore]
    public override OrderPhase Phase => OrderPhase.Shipping;
}

internal sealed record ShipmentCancellationRequested(IReadOnlyList<SagaStep> Steps) : StepRequested(Steps)
{
    [JsonIgnore]
    public override string Name => "order.shipment-cancellation-requested";

    [JsonIgnore]
    public override OrderPhase Phase => OrderPhase.UndoingShipment;
}

internal sealed record RefundRequested(IReadOnlyList<SagaStep> Steps) : StepRequested(Steps)
{
    [JsonIgnore]
    public override string Name => "order.refund-requested";

    [JsonIgnore]
    public override OrderPhase Phase => OrderPhase.UndoingPayment;
}

internal sealed record ReleaseRequested(IReadOnlyList<SagaStep> Steps) : StepRequested(Steps)
{
    [JsonIgnore]
    public override string Name => "order.release-requested";

    [JsonIgnore]
    public override OrderPhase Phase => OrderPhase.UndoingInventory;
}
