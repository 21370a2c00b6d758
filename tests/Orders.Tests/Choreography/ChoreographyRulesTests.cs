using Orders.Approving;
using Orders.Choreography;
using Orders.Ordering;

namespace Orders.Tests.Choreography;

public sealed class ChoreographyRulesTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ApprovalTerms NoApproval = new(null, TimeSpan.Zero);
    private static readonly OrderCreated Created = new(
        "customer-1",
        [new OrderLine("product-1", 2, 500)],
        1000,
        "EUR",
        "choreography",
        "Ada"
    );
    private static readonly CancellationRequested Wish = new("customer", "changed my mind");

    /// <summary>Sequences of received events, with the resulting events and states.</summary>
    public static TheoryData<string, string, string> Courses() =>
        new()
        {
            {
                "inventory.reserved payment.completed shipment.arranged",
                "payment-requested shipment-requested confirmed",
                "done done done done"
            },
            { "inventory.reservation-failed", "cancelled", "compensated failed pending pending" },
            {
                "inventory.reserved payment.failed inventory.released",
                "payment-requested release-requested cancelled",
                "compensated compensated failed pending"
            },
            {
                "inventory.reserved payment.completed shipment.refused payment.refunded inventory.released",
                "payment-requested shipment-requested refund-requested release-requested cancelled",
                "compensated compensated compensated failed"
            },
            { "wish inventory.released", "cancellation-requested release-requested cancelled", "compensated compensated pending pending" },
            {
                "inventory.reserved wish payment.failed inventory.released",
                "payment-requested cancellation-requested refund-requested release-requested cancelled",
                "compensated compensated compensated pending"
            },
            {
                "inventory.reserved payment.completed wish shipment.cancelled payment.refunded inventory.released",
                "payment-requested shipment-requested cancellation-requested shipment-cancellation-requested "
                    + "refund-requested release-requested cancelled",
                "compensated compensated compensated compensated"
            },
            {
                "inventory.reserved payment.completed shipment.arranged wish shipment.cancelled payment.refunded inventory.released",
                "payment-requested shipment-requested confirmed cancellation-requested shipment-cancellation-requested "
                    + "refund-requested release-requested cancelled",
                "compensated compensated compensated compensated"
            },
        };

    [Theory]
    [MemberData(nameof(Courses))]
    public void Each_received_event_leads_to_the_next_event_and_to_new_states_of_the_steps(string received, string followed, string states)
    {
        var course = new Course(Created).Receive(received);

        Assert.Equal(followed, string.Join(' ', course.Names));
        Assert.Equal(states, string.Join(' ', course.Order.Steps.Select(step => step.State.ToString().ToLowerInvariant())));
    }

    [Theory]
    [MemberData(nameof(Courses))]
    public void Repeated_and_late_events_change_nothing(string received, string followed, string states)
    {
        var twice = string.Join(' ', received.Split(' ').SelectMany(word => new[] { word, word }));

        var course = new Course(Created).Receive(twice).Receive(received.Replace("wish", "", StringComparison.Ordinal));

        Assert.Equal(followed, string.Join(' ', course.Names));
        Assert.Equal(states, string.Join(' ', course.Order.Steps.Select(step => step.State.ToString().ToLowerInvariant())));
    }

    [Fact]
    public void An_answer_after_the_requested_cancellation_starts_the_compensation()
    {
        var order = Given(Created, Wish);

        Assert.IsType<ReleaseRequested>(React(order, "inventory.reserved"));
        Assert.IsType<RefundRequested>(React(Given(Created, new PaymentRequested([]), Wish), "payment.completed"));
        Assert.IsType<ShipmentCancellationRequested>(React(Given(Created, new ShipmentRequested([]), Wish), "shipment.arranged"));
    }

    [Fact]
    public void A_cancellation_after_the_goods_have_left_is_refused_before_the_order_is_shipped()
    {
        var order = new Course(Created).Receive("inventory.reserved payment.completed shipment.arranged wish").Order;
        Assert.Equal(CompensationState.Pending, order.Steps[^1].Compensation!.State);
        var names = new List<string>();
        while (OrderRules.Ship(order, "TRK-1", At) is { Event: { } next })
        {
            names.Add(next.Name);
            order = Order.Evolve(order, next)!;
        }

        Assert.Equal(["order.cancellation-refused", "order.shipped"], names);
        Assert.Equal((OrderStatus.Shipped, OrderPhase.Fulfilled, null), (order.Status, order.Phase, order.Cancelling));
        Assert.All(order.Steps, step => Assert.Equal((StepState.Done, null), (step.State, step.Compensation)));
    }

    [Fact]
    public void The_first_reason_is_the_one_that_is_kept()
    {
        var course = new Course(Created)
            .Receive("inventory.reserved")
            .Receive(new Signal("payment.failed", "The card was declined.", Code: "card-declined"))
            .Receive("inventory.released");

        Assert.Equal(("The card was declined.", "card-declined"), (course.Order.Reason, course.Order.ReasonCode));
        Assert.Equal(("The card was declined.", "card-declined"), (course.Order.Steps[2].Error, course.Order.Steps[2].Code));
    }

    [Fact]
    public void An_answer_without_a_code_gets_words_and_code_of_this_version()
    {
        var course = new Course(Created)
            .Receive("inventory.reserved")
            .Receive(new Signal("payment.failed", "insufficient_funds"))
            .Receive("inventory.released");

        Assert.Equal(("The card does not cover the amount.", "insufficient-funds"), (course.Order.Reason, course.Order.ReasonCode));
    }

    [Fact]
    public void A_step_and_its_compensation_keep_their_own_times_and_attempts()
    {
        var order = Given(Created) with { PlacedAt = At };
        void Receive(Signal signal, int seconds) =>
            order = Order.Evolve(order, ChoreographyRules.React(order, signal, NoApproval, At.AddSeconds(seconds)).Event!)!;

        Receive(new Signal("inventory.reserved"), 1);
        Receive(new Signal("payment.completed", Attempts: 3), 4);
        Receive(new Signal("shipment.refused", "Nothing is shipped to country XX.", Code: "address-not-served"), 6);
        Receive(new Signal("payment.refund-failed", "away", Round: 1, Attempts: 5), 20);
        order = Order.Evolve(order, new InterventionDecided(1, OperatorDecision.Retry, null, "eve", At.AddSeconds(30)))!;
        Receive(new Signal(ChoreographyRules.Decided), 30);
        Receive(new Signal("payment.refunded"), 33);

        var payment = order.Steps[2];
        Assert.Equal(
            (StepState.Compensated, 3, At.AddSeconds(1), At.AddSeconds(4)),
            (payment.State, payment.Attempts, payment.StartedAt, payment.EndedAt)
        );
        var refund = payment.Compensation!;
        Assert.Equal(
            (CompensationState.Done, 6, At.AddSeconds(6), At.AddSeconds(33)),
            (refund.State, refund.Attempts, refund.StartedAt, refund.EndedAt)
        );
        Assert.Equal((At, At), (order.Steps[0].EndedAt, order.Steps[1].StartedAt));
    }

    [Fact]
    public void Orchestrated_orders_are_left_alone() =>
        Assert.Null(React(Given(Created with { Saga = "orchestration" }), "inventory.reserved"));

    [Fact]
    public void A_refund_that_was_given_up_is_retried_after_the_operators_decision()
    {
        var order = Refunding();
        var parked = Assert.IsType<InterventionRequired>(
            React(order, new Signal("payment.refund-failed", "refused", Round: 1, Attempts: 5))
        );
        Assert.Equal((1, "process-payment", "refused", 5), (parked.Number, parked.Step, parked.Error, parked.Attempts));
        Assert.Equal(StepState.Intervention, parked.Steps[2].State);

        order = Order.Evolve(order, parked)!;
        Assert.Null(React(order, new Signal("payment.refund-failed", "refused", Round: 1)));
        Assert.Null(ChoreographyRules.Overdue(order, NoApproval, 5, At).Event);

        order = Order.Evolve(order, new InterventionDecided(1, OperatorDecision.Retry, null, "eve", At))!;
        var again = Assert.IsType<RefundRequested>(React(order, ChoreographyRules.Decided));
        Assert.Equal(2, again.Round);
        order = Order.Evolve(order, again)!;
        Assert.Null(React(order, ChoreographyRules.Decided));
        Assert.Null(React(order, new Signal("payment.refund-failed", "the old answer again", Round: 1)));
    }

    [Fact]
    public void A_late_answer_closes_the_intervention_and_the_next_failure_opens_another()
    {
        var order = Given(
            Created,
            new ShipmentCancellationRequested(SagaSteps.Begun(At).With("arrange-shipment", step => step.Complete(At))) { Reason = "late" }
        );
        order = Order.Evolve(order, ChoreographyRules.Overdue(order, NoApproval, 0, At).Event!)!;
        Assert.Equal("arrange-shipment", order.OpenIntervention!.Step);

        order = Order.Evolve(order, React(order, "shipment.cancelled")!)!;
        Assert.Null(order.OpenIntervention);
        order = Order.Evolve(order, React(order, new Signal("payment.refund-failed", "refused", Round: 1, Attempts: 5))!)!;

        Assert.Equal((2, "process-payment"), (order.OpenIntervention!.Number, order.OpenIntervention.Step));
    }

    [Theory]
    [InlineData("Skip", "Done")]
    [InlineData("Resolved", "Compensated")]
    public void Skipping_a_refund_continues_the_compensation_without_it(string decision, string state)
    {
        var order = Refunding();
        order = Order.Evolve(order, React(order, new Signal("payment.refund-failed", "refused", Round: 1))!)!;
        order = Order.Evolve(order, new InterventionDecided(1, Enum.Parse<OperatorDecision>(decision), "by hand", "eve", At))!;

        var next = Assert.IsType<ReleaseRequested>(React(order, ChoreographyRules.Decided));

        Assert.Equal(
            (Enum.Parse<StepState>(state), "eve", "by hand"),
            (next.Steps[2].State, next.Steps[2].Compensation!.By, next.Steps[2].Compensation!.Note)
        );
    }

    [Theory]
    [InlineData("", "reserve-inventory", "release-requested")]
    [InlineData("inventory.reserved", "process-payment", "refund-requested")]
    [InlineData("inventory.reserved payment.completed", "arrange-shipment", "shipment-cancellation-requested")]
    public void An_overdue_order_is_undone_from_its_unanswered_step(string received, string step, string undone)
    {
        var course = new Course(Created).Receive(received);
        var timeout = Assert.IsType<CancellationRequested>(ChoreographyRules.Overdue(course.Order, NoApproval, 3, At).Event);
        Assert.Contains(step, timeout.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain(step, timeout.Reason, StringComparison.Ordinal);

        var order = Order.Evolve(course.Order, timeout)!;
        var next = Assert.IsAssignableFrom<StepRequested>(ChoreographyRules.Overdue(order, NoApproval, 3, At).Event);

        Assert.Equal($"order.{undone}", next.Name);
        Assert.Equal(StepState.Failed, next.Steps.Single(one => one.Name == step).State);
    }

    [Fact]
    public void An_overdue_compensation_is_requested_again_and_then_requires_an_intervention()
    {
        var order = Refunding();
        for (var round = 2; round <= 3; round++)
        {
            var again = Assert.IsType<RefundRequested>(ChoreographyRules.Overdue(order, NoApproval, 3, At).Event);
            Assert.Equal(round, again.Round);
            order = Order.Evolve(order, again)!;
        }

        Assert.IsType<InterventionRequired>(ChoreographyRules.Overdue(order, NoApproval, 3, At).Event);
    }

    [Fact]
    public void An_order_that_has_ended_is_never_overdue()
    {
        Assert.Null(ChoreographyRules.Overdue(Given(Created, new OrderConfirmed([])), NoApproval, 3, At).Event);
        Assert.Null(ChoreographyRules.Overdue(Given(Created, new OrderCancelled("why", [])), NoApproval, 3, At).Event);
    }

    [Fact]
    public void An_order_not_approved_in_time_keeps_that_reason_when_the_watchdog_undoes_it()
    {
        var terms = new ApprovalTerms(999, TimeSpan.FromHours(1));
        var order = Order.Evolve(Given(Created), React(Given(Created), new Signal("inventory.reserved"), terms)!)!;
        order = Order.Evolve(order, ChoreographyRules.Overdue(order, terms, 3, At.AddHours(1)).Event!)!;

        Assert.Equal(
            ApprovalRules.TooLate,
            Assert.IsType<ReleaseRequested>(ChoreographyRules.Overdue(order, terms, 3, At.AddHours(1)).Event).Reason
        );
    }

    [Fact]
    public void A_large_choreographed_order_waits_for_approval_between_reservation_and_payment()
    {
        var terms = new ApprovalTerms(999, TimeSpan.FromHours(1));
        var order = Given(Created);
        order = Order.Evolve(order, ChoreographyRules.React(order, new Signal("inventory.reserved"), terms, At).Event!)!;
        Assert.Equal(OrderPhase.Approving, order.Phase);

        var approved = Order.Evolve(order, ApprovalRules.Decide(order, true, "eve", null).Event!)!;
        Assert.IsType<PaymentRequested>(ChoreographyRules.React(approved, new Signal(ChoreographyRules.Approved), terms, At).Event);
        var rejected = Order.Evolve(order, ApprovalRules.Decide(order, false, "eve", "no").Event!)!;
        Assert.IsType<ReleaseRequested>(ChoreographyRules.React(rejected, new Signal(ChoreographyRules.Rejected, "no"), terms, At).Event);
        Assert.Null(ChoreographyRules.Overdue(order, terms, 3, At).Event);
        Assert.IsType<OrderRejected>(ChoreographyRules.Overdue(order, terms, 3, At.AddHours(1)).Event);
    }

    [Fact]
    public void An_order_keeps_the_steps_that_it_began_with_when_the_plan_changes()
    {
        var begun = SagaSteps.PendingOf([SagaSteps.CreateOrder, SagaSteps.ReserveInventory, SagaSteps.ArrangeShipment]);
        var order = Given(Created, new ShipmentRequested(begun));

        Assert.Equal(
            begun.Select(step => step.Name),
            Assert.IsType<OrderConfirmed>(React(order, "shipment.arranged")).Steps.Select(step => step.Name)
        );
        Assert.IsType<ReleaseRequested>(React(order, "shipment.refused"));
    }

    private static Order Refunding() => Given(Created, new RefundRequested(SagaSteps.Pending) { Reason = "not served" });

    private static Order Given(params OrderEvent[] events) => Order.From(events)!;

    private static OrderEvent? React(Order order, string received) => React(order, new Signal(received));

    private static OrderEvent? React(Order order, Signal received, ApprovalTerms terms) =>
        ChoreographyRules.React(order, received, terms, At).Event;

    private static OrderEvent? React(Order order, Signal received) => ChoreographyRules.React(order, received, NoApproval, At).Event;

    /// <summary>An order and what happened to it.</summary>
    private sealed class Course(OrderCreated created)
    {
        public Order Order { get; private set; } = Given(created);

        public List<string> Names { get; } = [];

        public Course Receive(string received)
        {
            foreach (var word in received.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (word == "wish")
                {
                    Happen(OrderRules.RequestCancellation(Order, "customer", "changed my mind").Event);
                }
                Receive(new Signal(word == "wish" ? ChoreographyRules.Cancelled : word));
            }
            return this;
        }

        public Course Receive(Signal signal)
        {
            Happen(React(Order, signal));
            return this;
        }

        private void Happen(OrderEvent? next)
        {
            if (next is not null)
            {
                Names.Add(next.Name["order.".Length..]);
                Order = Order.Evolve(Order, next)!;
            }
        }
    }
}
