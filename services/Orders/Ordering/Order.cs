using ServiceDefaults.Refusals;

namespace Orders.Ordering;

internal enum OrderStatus { Pending, Confirmed, Shipped, Delivered, Cancelled }

/// <summary>An order as its events make it. Null before the first one.</summary>
internal sealed record Order(
    string CustomerId,
    OrderStatus Status,
    string Saga,
    IReadOnlyList<OrderLine> Items,
    long Total,
    string Currency,
    IReadOnlyList<SagaStepView> Steps,
    string? Reason)
{
    public static Order? From(IEnumerable<OrderEvent> events) => events.Aggregate((Order?)null, Evolve);

    public static Order? Evolve(Order? order, OrderEvent happened) => (order, happened) switch
    {
        (null, OrderCreated created) => new Order(created.CustomerId, OrderStatus.Pending, created.Saga, created.Items, created.Total, created.Currency, [], null),
        ({ }, OrderConfirmed confirmed) => order with { Status = OrderStatus.Confirmed, Steps = confirmed.Steps },
        ({ }, OrderCancelled cancelled) => order with { Status = OrderStatus.Cancelled, Steps = cancelled.Steps, Reason = cancelled.Reason },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} can't happen to {(order is null ? "an order that does not exist" : "an order that exists")}"),
    };
}

/// <summary>
/// The rules of orders: state and command in, the event that follows or a refusal out. Null: it has happened already, and there is
/// nothing to do.
/// </summary>
internal static class OrderRules
{
    public static OrderCreated? Create(Order? order, OrderCreated created) => order is null ? created : null;

    public static Outcome<OrderEvent?> Confirm(Order? order, IReadOnlyList<SagaStepView> steps) => order?.Status switch
    {
        OrderStatus.Pending => new OrderConfirmed(steps),
        OrderStatus.Confirmed => default(Outcome<OrderEvent?>),
        null => Refusal.NotFound("order-not-found", "The order does not exist."),
        var status => Refusal.Conflict("order-not-pending", $"Only a pending order can be confirmed; this one is {status}."),
    };

    public static Outcome<OrderEvent?> Cancel(Order? order, string reason, IReadOnlyList<SagaStepView> steps) => order?.Status switch
    {
        OrderStatus.Pending or OrderStatus.Confirmed => new OrderCancelled(reason, steps),
        OrderStatus.Cancelled or null => default(Outcome<OrderEvent?>),
        var status => Refusal.Conflict("order-on-its-way", $"An order that is {status} can't be cancelled."),
    };
}
