using System.Text.Json.Serialization;

namespace Orders.Ordering;

/// <summary>What happened to an order. Names and fields are stored format: never renamed, only added to.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OrderCreated), "order.created")]
[JsonDerivedType(typeof(OrderConfirmed), "order.confirmed")]
[JsonDerivedType(typeof(OrderCancelled), "order.cancelled")]
internal abstract record OrderEvent
{
    [JsonIgnore]
    public abstract string Name { get; }
}

internal sealed record OrderCreated(string CustomerId, IReadOnlyList<OrderLine> Items, long Total, string Currency, string Saga) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.created";
}

internal sealed record OrderConfirmed(IReadOnlyList<SagaStepView> Steps) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.confirmed";
}

internal sealed record OrderCancelled(string Reason, IReadOnlyList<SagaStepView> Steps) : OrderEvent
{
    [JsonIgnore]
    public override string Name => "order.cancelled";
}

/// <summary>Stored format. <paramref name="UnitPrice"/> counts minor units and comes from the catalogue.</summary>
internal sealed record OrderLine(string ProductId, int Quantity, long UnitPrice);

/// <summary>Stored format: a step of the saga and how it stands.</summary>
internal sealed record SagaStepView(string Name, StepState State, DateTimeOffset? At = null, string? Error = null);

internal enum StepState
{
    Pending,
    Done,
    Failed,
    Compensated,

    /// <summary>Its compensation keeps failing and waits for a person.</summary>
    Intervention,
}
