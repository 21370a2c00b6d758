using Orders.Intervening;
using Orders.Ordering;
using Orders.Streams;
using Orders.Views;
using ServiceDefaults.Refusals;

namespace Orders.Tests.Intervening;

public sealed class InterventionRulesTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly InterventionRequest First = new("o1", "o1", 0, "process-payment", "away", 5, []);

    private Order order = Order.From([new OrderCreated("customer-1", [], 0, "EUR", "orchestration", "Ada")])!;

    [Theory]
    [InlineData("retry", "Retry")]
    [InlineData("Resolved", "Resolved")]
    [InlineData("retry,skip", null)]
    [InlineData("skip,resolved", null)]
    [InlineData("1", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_decision_is_one_name(string? text, string? decision) =>
        Assert.Equal(decision, InterventionRules.DecisionOf(text)?.ToString());

    [Fact]
    public void A_failing_compensation_requires_one_intervention()
    {
        Happen(InterventionRules.Require(order, First, At).Event);

        Assert.True(InterventionRules.Require(order, First, At).IsNothingToDo);
        Assert.Equal((1, 5, At), (order.Interventions[0].Number, order.Interventions[0].Attempts, order.Interventions[0].Since));
    }

    [Fact]
    public void The_answer_to_the_first_question_is_none_to_the_second()
    {
        Happen(InterventionRules.Require(order, First, At).Event);
        Happen(InterventionRules.Decide(order, 1, OperatorDecision.Retry, "try", "eve", At).Event);
        Happen(InterventionRules.Require(order, First with { Ordinal = 1 }, At).Event);

        Assert.NotNull(InterventionRules.Find(order, First)!.Decided);
        Assert.Null(InterventionRules.Find(order, First with { Ordinal = 1 })!.Decided);
        Assert.Equal(10, order.Interventions[1].Attempts);
    }

    /// <summary>A saga that is started again begins to count anew, and its first step to fail may be another one than before.</summary>
    [Fact]
    public void The_decision_about_one_step_is_none_about_another_step_of_the_same_saga()
    {
        Happen(InterventionRules.Require(order, First with { Step = "arrange-shipment" }, At).Event);
        Happen(InterventionRules.Decide(order, 1, OperatorDecision.Skip, null, "eve", At).Event);

        Assert.Null(InterventionRules.Find(order, First));
        Happen(InterventionRules.Require(order, First, At).Event);

        Assert.Null(InterventionRules.Find(order, First)!.Decided);
        Assert.Equal((2, "process-payment"), (order.Interventions[1].Number, order.Interventions[1].Step));
    }

    [Fact]
    public void An_intervention_is_decided_once_and_keeps_the_decision()
    {
        Happen(InterventionRules.Require(order, First, At).Event);
        Happen(InterventionRules.Decide(order, 1, OperatorDecision.Resolved, "by hand", "eve", At).Event);

        Assert.Equal(
            (OperatorDecision.Resolved, "by hand", "eve"),
            (order.Interventions[0].Decided!.Decision, order.Interventions[0].Decided!.Note, order.Interventions[0].Decided!.Operator)
        );
        var again = InterventionRules.Decide(order, 1, OperatorDecision.Skip, null, "mallory", At).Refusal!;
        Assert.Equal((RefusalKind.Conflict, "intervention-closed"), (again.Kind, again.Code));
    }

    [Fact]
    public void The_same_decision_by_the_same_operator_is_accepted_again_and_any_other_is_refused()
    {
        Happen(InterventionRules.Require(order, First, At).Event);
        Happen(InterventionRules.Decide(order, 1, OperatorDecision.Resolved, "by hand", "eve", At).Event);

        Assert.True(InterventionRules.Decide(order, 1, OperatorDecision.Resolved, "by hand", "eve", At.AddMinutes(1)).IsNothingToDo);
        AssertRefused(OperatorDecision.Skip, "by hand", "eve");
        AssertRefused(OperatorDecision.Resolved, "by hand", "mallory");
        AssertRefused(OperatorDecision.Resolved, null, "eve");

        void AssertRefused(OperatorDecision decision, string? note, string who) =>
            Assert.Equal("intervention-closed", InterventionRules.Decide(order, 1, decision, note, who, At).Refusal?.Code);
    }

    [Fact]
    public void An_order_shows_an_intervention_from_its_event_until_the_decision()
    {
        // The saga's own steps run ahead of the stream, and are behind it when a decision has just been made.
        var failing = SagaSteps.Pending.With("process-payment", step => step.FailUndo(Failure.OfUndoing("process-payment", "away"), At, 5));
        Assert.Equal("pending", Shown(failing).Status);

        Happen(InterventionRules.Require(order, First, At).Event);
        var open = Shown(failing);
        Assert.Equal(("intervention", 1), (open.Status, open.Interventions!.Count));

        Happen(InterventionRules.Decide(order, 1, OperatorDecision.Retry, null, "eve", At).Event);
        Assert.Equal("pending", Shown(failing).Status);
    }

    [Fact]
    public void An_intervention_that_the_order_has_gone_on_without_needs_no_decision()
    {
        var waiting = SagaSteps.Pending.With("process-payment", step => step.FailUndo(Failure.OfUndoing("process-payment", "away"), At, 5));
        Happen(InterventionRules.Require(order, First with { Steps = waiting }, At).Event);
        var open = order;
        Assert.NotNull(order.OpenIntervention);

        order = open with { Status = OrderStatus.Shipped };
        AssertClosed("shipped");
        order = open with { Steps = open.Steps.With("process-payment", step => step.CompleteUndo(At)) };
        AssertClosed("pending");
        Happen(InterventionRules.Require(open, First with { Instance = "o1-cancel", Steps = waiting }, At).Event);
        Assert.Equal("intervention-closed", Decide(1).Refusal!.Code);
    }

    [Fact]
    public void Deciding_an_unknown_intervention_is_refused()
    {
        Assert.Equal(RefusalKind.NotFound, InterventionRules.Decide(order, 1, OperatorDecision.Skip, null, null, At).Refusal!.Kind);
    }

    private void AssertClosed(string status)
    {
        Assert.Null(order.OpenIntervention);
        Assert.Equal("intervention-closed", Decide(1).Refusal!.Code);
        var shown = OrderView.Of(
            "o1",
            new OrderStream(0, [new StoredEvent("e1", 1, At, new OrderCreated("c", [], 0, "EUR", "orchestration"))]),
            order
        );
        Assert.Equal((status, (IReadOnlyList<InterventionView>?)null), (shown.Status, shown.Interventions));
    }

    private Decision<OrderEvent> Decide(int number) => InterventionRules.Decide(order, number, OperatorDecision.Skip, null, "eve", At);

    private OrderView Shown(IReadOnlyList<SagaStep> steps) =>
        OrderView.Of(
            "o1",
            new OrderStream(0, [new StoredEvent("e1", 1, At, new OrderCreated("customer-1", [], 0, "EUR", "orchestration", "Ada"))]),
            order,
            steps
        );

    private void Happen(OrderEvent? @event) => order = Order.Evolve(order, @event!)!;
}
