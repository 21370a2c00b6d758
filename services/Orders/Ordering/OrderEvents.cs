using System.Text.Json.Serialization;

namespace Orders.Ordering;

/// <summary>An event of an order. Names and fields are stored format: never renamed, only added to.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OrderCreated), "order.created")]
[JsonDerivedType(typeof(ApprovalRequested), "order.approval-requested")]
[JsonDerivedType(typeof(OrderApproved), "order.approved")]
[JsonDerivedType(typeof(OrderRejected), "order.rejected")]
[JsonDerivedType(typeof(PaymentRequested), "order.payment-requested")]
[JsonDerivedType(typeof(ShipmentRequested), "order.shipment-requested")]
[JsonDerivedType(typeof(OrderConfirmed), "order.confirmed")]
[JsonDerivedType(typeof(CancellationRequested), "order.cancellation-requested")]
[JsonDerivedType(typeof(CancellationRefused), "order.cancellation-refused")]
[JsonDerivedType(typeof(ShipmentCancellationRequested), "order.shipment-cancellation-requested")]
[JsonDerivedType(typeof(RefundRequested), "order.refund-requested")]
[JsonDerivedType(typeof(ReleaseRequested), "order.release-requested")]
[JsonDerivedType(typeof(InterventionRequired), "order.intervention-required")]
[JsonDerivedType(typeof(InterventionDecided), "order.intervention-decided")]
[JsonDerivedType(typeof(OrderCancelled), "order.cancelled")]
[JsonDerivedType(typeof(OrderShipped), "order.shipped")]
[JsonDerivedType(typeof(OrderDelivered), "order.delivered")]
internal abstract record OrderEvent
{
    [JsonIgnore]
    public abstract string Name { get; }

    /// <summary>
    /// The version of the event's fields, raised by a change that readers must know. Stored beside the event; <see cref="EventUpcaster"/>
    /// converts earlier versions.
    /// </summary>
    [JsonIgnore]
    public virtual int? Schema => null;
}

/// <param name="CustomerName">Since schema 2; events from before it have none.</param>
internal sealed record OrderCreated(
    string CustomerId,
    IReadOnlyList<OrderLine> Items,
    long Total,
    string Currency,
    string Saga,
    string? CustomerName = null
) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.created";

    [JsonIgnore]
    public override int? Schema => CustomerName is null ? null : 2;
}

/// <summary>The total is above <paramref name="Limit"/>: an operator has until <paramref name="Until"/> to say yes.</summary>
internal sealed record ApprovalRequested(long Limit, DateTimeOffset Until, IReadOnlyList<SagaStep> Steps) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.approval-requested";
}

internal sealed record OrderApproved(string? Operator, string? Note) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.approved";
}

/// <summary><paramref name="Operator"/> is null if the approval expired.</summary>
internal sealed record OrderRejected(string? Operator, string? Note) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.rejected";
}

/// <summary>An order as it ended well. <paramref name="Steps"/>: how the steps of its saga stand.</summary>
internal sealed record OrderConfirmed(IReadOnlyList<SagaStep> Steps) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.confirmed";
}

/// <summary>
/// <paramref name="By"/>: <c>customer</c>, <c>operator</c> or <c>timeout</c>. The status of the order changes only after the compensation.
/// </summary>
internal sealed record CancellationRequested(string By, string Reason) : OrderEvent
{
    /// <summary>The technical cause of a time-out, for operators alone.</summary>
    public string? Cause { get; init; }

    [JsonIgnore]
    public override string Name => "order.cancellation-requested";
}

/// <summary>Too late: the goods had left before the shipment could be stopped.</summary>
internal sealed record CancellationRefused(string Reason) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.cancellation-refused";
}

/// <summary>
/// Undoing <paramref name="Step"/> keeps failing and waits for a person. <paramref name="Instance"/> is the workflow to be woken, if one
/// waits.
/// </summary>
internal sealed record InterventionRequired(
    int Number,
    string Step,
    string Error,
    int Attempts,
    string? Instance,
    DateTimeOffset Since,
    IReadOnlyList<SagaStep> Steps
) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.intervention-required";
}

internal sealed record InterventionDecided(int Number, OperatorDecision Decision, string? Note, string? Operator, DateTimeOffset At)
    : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.intervention-decided";
}

/// <param name="Reason">In words, for customers. Events from before <see cref="ReasonCode"/> was kept may hold a technical cause
/// here.</param>
internal sealed record OrderCancelled(string Reason, IReadOnlyList<SagaStep> Steps) : OrderEvent
{
    /// <summary>The stable code of <paramref name="Reason"/>; see <see cref="Failure"/>.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>The technical cause, for operators alone.</summary>
    public string? Cause { get; init; }

    [JsonIgnore]
    public Failure Why => Failure.Of(Reason, ReasonCode, Cause)!;

    public static OrderCancelled Of(Failure failure, IReadOnlyList<SagaStep> steps) =>
        new(failure.Reason, steps) { ReasonCode = failure.Code, Cause = failure.Cause };

    [JsonIgnore]
    public override string Name => "order.cancelled";
}

internal sealed record OrderShipped(string? Tracking = null) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.shipped";
}

internal sealed record OrderDelivered : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.delivered";
}

/// <summary>Stored format. <paramref name="UnitPrice"/> counts minor units and comes from the catalogue.</summary>
internal sealed record OrderLine(string ProductId, int Quantity, long UnitPrice);

/// <summary>Stored format: the operator's answer to an intervention.</summary>
internal enum OperatorDecision
{
    /// <summary>Try the compensation again.</summary>
    Retry,

    /// <summary>Skip the compensation of this step and continue with the others. A payment stays charged.</summary>
    Skip,

    /// <summary>A person has undone the step by hand.</summary>
    Resolved,
}
