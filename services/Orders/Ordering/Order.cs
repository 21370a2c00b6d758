using System.Text.Json.Serialization;
using ServiceDefaults.Refusals;

namespace Orders.Ordering;

internal enum OrderStatus
{
    Pending,
    Confirmed,
    Shipped,
    Delivered,
    Cancelled,
}

/// <summary>An order as its events make it. Null before the first one. Stored format, because snapshots hold it.</summary>
internal sealed record Order(
    string CustomerId,
    OrderStatus Status,
    string Saga,
    IReadOnlyList<OrderLine> Items,
    long Total,
    string Currency,
    IReadOnlyList<SagaStep> Steps,
    string? Reason
)
{
    public string? CustomerName { get; init; }

    /// <summary>The stable code of <see cref="Reason"/>.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>The technical cause of <see cref="Reason"/>, for operators alone.</summary>
    public string? Cause { get; init; }

    /// <summary>The time of the first event; null where the stream is not known.</summary>
    [JsonIgnore]
    public DateTimeOffset? PlacedAt { get; init; }

    public OrderPhase Phase { get; init; }

    /// <summary>The number of requests in the present phase; see <see cref="StepRequested.Round"/>.</summary>
    public int Round { get; init; }

    /// <summary>Asked for and not yet carried out.</summary>
    public CancellationRequested? Cancelling { get; init; }

    public ApprovalRequested? Approval { get; init; }

    /// <summary>Null until then, and with orders from before it was kept.</summary>
    public ApprovalVerdict? Verdict { get; init; }

    /// <summary>Why it was not approved; null until then, and with orders from before it was kept.</summary>
    public string? Rejection { get; init; }

    /// <summary>All there ever were, for history; at most the last is open.</summary>
    public IReadOnlyList<Intervention> Interventions { get; init; } = [];

    /// <summary>
    /// The intervention that waits for an operator. Null also if it was not decided but the order has gone on without it: a late answer has
    /// undone the step, the goods have left, or a newer intervention has taken its place.
    /// </summary>
    [JsonIgnore]
    public Intervention? OpenIntervention =>
        Interventions is [.., { Decided: null } last]
        && Status is OrderStatus.Pending or OrderStatus.Confirmed
        && Steps.FirstOrDefault(step => step.Name == last.Step) is null or { State: StepState.Intervention }
            ? last
            : null;

    /// <summary>True while the order does nothing until a person decides about its approval or an intervention.</summary>
    [JsonIgnore]
    public bool WaitsForPerson => OpenIntervention is not null || this is { Phase: OrderPhase.Approving, Cancelling: null };

    /// <summary>
    /// Why the order is being undone, or was: <see cref="Reason"/>, <see cref="ReasonCode"/> and <see cref="Cause"/> as one.
    /// </summary>
    [JsonIgnore]
    public Failure? Undoing
    {
        get => Failure.Of(Reason, ReasonCode, Cause);
        init => (Reason, ReasonCode, Cause) = (value?.Reason, value?.Code, value?.Cause);
    }

    public static Order? From(IEnumerable<OrderEvent> events) => events.Aggregate((Order?)null, Evolve);

    public static Order? Evolve(Order? order, OrderEvent @event) =>
        (order, @event) switch
        {
            (null, OrderCreated created) => new Order(
                created.CustomerId,
                OrderStatus.Pending,
                created.Saga,
                created.Items,
                created.Total,
                created.Currency,
                [],
                null
            )
            {
                CustomerName = created.CustomerName,
            },
            ({ }, OrderCreated) or (null, _) => throw new InvalidOperationException(
                $"{@event.GetType().Name} can't happen to {(order is null ? "an order that does not exist" : "an order that exists")}"
            ),
            (_, ApprovalRequested requested) => order with { Phase = OrderPhase.Approving, Approval = requested, Steps = requested.Steps },
            (_, OrderApproved approved) => order with
            {
                Phase = OrderPhase.Approved,
                Verdict = new ApprovalVerdict(true, approved.Operator, approved.Note),
            },
            (_, OrderRejected rejected) => order with
            {
                Phase = OrderPhase.Rejected,
                Rejection = rejected.Note,
                Verdict = new ApprovalVerdict(false, rejected.Operator, rejected.Note),
            },
            (_, StepRequested requested) => order with
            {
                Phase = requested.Phase,
                Round = requested.Round,
                Steps = requested.Steps,
                Undoing = order.Undoing ?? requested.Undoing,
            },
            (_, CancellationRequested requested) => order with { Cancelling = requested },
            (_, CancellationRefused) => order.Phase == OrderPhase.UndoingShipment
                ? order with
                {
                    Phase = OrderPhase.Fulfilled,
                    Steps = order.Steps.With(SagaSteps.ArrangeShipment, step => step.KeepDone(step.At ?? default)),
                    Cancelling = null,
                    Undoing = null,
                }
                : order with
                {
                    Cancelling = null,
                },
            (_, InterventionRequired required) => order with
            {
                Steps = required.Steps,
                Interventions = [.. order.Interventions, Intervention.Open(required)],
            },
            (_, InterventionDecided decided) => order with
            {
                Interventions = [.. order.Interventions.Select(one => one.Number == decided.Number ? one.Decide(decided) : one)],
            },
            (_, OrderConfirmed confirmed) => order with
            {
                Status = OrderStatus.Confirmed,
                Phase = OrderPhase.Fulfilled,
                Steps = confirmed.Steps,
                Cancelling = null,
                Undoing = null,
            },
            (_, OrderCancelled cancelled) => order with
            {
                Status = OrderStatus.Cancelled,
                Phase = OrderPhase.Ended,
                Steps = cancelled.Steps,
                Undoing = cancelled.Why,
                Cancelling = null,
            },
            (_, OrderShipped) => order with { Status = OrderStatus.Shipped, Cancelling = null },
            (_, OrderDelivered) => order with { Status = OrderStatus.Delivered },
            _ => throw new InvalidOperationException($"{@event.GetType().Name} is no event of an order"),
        };
}

/// <summary>Stored format: a compensation that waits, or has waited, for a person.</summary>
internal sealed record Intervention(int Number, string Step, string Error, int Attempts, string? Instance, DateTimeOffset Since)
{
    public InterventionDecided? Decided { get; init; }

    public static Intervention Open(InterventionRequired required) =>
        new(required.Number, required.Step, required.Error, required.Attempts, required.Instance, required.Since);

    public Intervention Decide(InterventionDecided decided) => this with { Decided = decided };
}

/// <summary>The rules of orders: state and command in, a decision out.</summary>
internal static class OrderRules
{
    public static Decision<OrderEvent> Create(Order? order, OrderCreated created) => order is null ? created : Decision.NothingToDo;

    public static Decision<OrderEvent> Confirm(Order order, IReadOnlyList<SagaStep> steps) =>
        order switch
        {
            { Status: OrderStatus.Pending, Cancelling: { } requested } => Refusal.Conflict("cancellation-requested", requested.Reason),
            { Status: OrderStatus.Pending } => new OrderConfirmed(steps),
            { Status: OrderStatus.Confirmed or OrderStatus.Shipped or OrderStatus.Delivered } => Decision.NothingToDo,
            _ => Refusal.Conflict("order-not-pending", $"Only a pending order can be confirmed; this one is {Word(order)}."),
        };

    public static Decision<OrderEvent> Cancel(Order order, Failure failure, IReadOnlyList<SagaStep> steps) =>
        order.Status switch
        {
            OrderStatus.Pending or OrderStatus.Confirmed => OrderCancelled.Of(failure, steps),
            OrderStatus.Cancelled => Decision.NothingToDo,
            _ => Refusal.Conflict("order-on-its-way", $"An order that is {Word(order)} can't be cancelled."),
        };

    /// <summary>Requests the cancellation for a customer, an operator or the time-out; the saga carries it out.</summary>
    public static Decision<OrderEvent> RequestCancellation(Order order, string by, string reason) =>
        order switch
        {
            { Status: OrderStatus.Shipped or OrderStatus.Delivered } => Refusal.Conflict(
                "order-on-its-way",
                $"An order that is {Word(order)} can't be cancelled."
            ),
            { Status: OrderStatus.Cancelled } or { Cancelling: not null } or { Phase: OrderPhase.Rejected } => Decision.NothingToDo,
            _ when order.Phase.IsUndoing() => Decision.NothingToDo,
            _ => new CancellationRequested(by, reason),
        };

    /// <summary>The goods have left; a cancellation that is still open is refused.</summary>
    public static Decision<OrderEvent> RefuseCancellation(Order order) =>
        order is { Cancelling: not null, Status: OrderStatus.Pending or OrderStatus.Confirmed }
            ? new CancellationRefused("The goods had left already.")
            : Decision.NothingToDo;

    /// <summary>
    /// The next event of an order whose goods have left. An open cancellation is refused first, and an order that was not confirmed yet is
    /// confirmed: goods that have left are the proof.
    /// </summary>
    public static Decision<OrderEvent> Ship(Order order, string? tracking, DateTimeOffset at) =>
        order.Status switch
        {
            OrderStatus.Pending or OrderStatus.Confirmed when order.Cancelling is not null => RefuseCancellation(order),
            OrderStatus.Pending => new OrderConfirmed([
                .. (order.Steps.Count > 0 ? order.Steps : SagaSteps.Pending).Select(step =>
                    step.State == StepState.Done ? step : step.Complete(at)
                ),
            ]),
            OrderStatus.Confirmed => new OrderShipped(tracking),
            _ => Decision.NothingToDo,
        };

    public static Decision<OrderEvent> Deliver(Order order, string? tracking, DateTimeOffset at) =>
        order.Status == OrderStatus.Shipped ? new OrderDelivered() : Ship(order, tracking, at);

    public static Refusal Missing => Refusal.NotFound("order-not-found", "The order does not exist.");

    private static string Word(Order order) => order.Status.ToString().ToLowerInvariant();
}
