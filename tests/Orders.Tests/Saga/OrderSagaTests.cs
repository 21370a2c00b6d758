using Orders.Approving;
using Orders.Cancelling;
using Orders.Ordering;
using Orders.Saga;

namespace Orders.Tests.Saga;

public sealed class OrderSagaTests
{
    private static readonly string[] Actions = ["CreateOrder", "ReserveInventory", "ProcessPayment", "ArrangeShipment"];
    private static readonly string[] Compensations = ["CancelOrder", "ReleaseInventory", "RefundPayment", "CancelShipment"];

    private static readonly PlacedOrder Recorded = SagaRun.Input with { IsRecorded = true };

    private readonly SagaRun run = new();

    [Fact]
    public async Task When_all_goes_well_the_steps_follow_each_other_and_the_order_is_confirmed()
    {
        Assert.Equal(OrderStatus.Confirmed, await run.StartAsync());

        Assert.Equal([.. Actions, "ConfirmOrder"], run.Did);
        Assert.All(Actions, action => Assert.Same(SagaRun.Input, run.Inputs[action]));
        var conclusion = Assert.IsType<SagaConclusion>(run.Inputs["ConfirmOrder"]);
        Assert.Equal("o1", conclusion.OrderId);
        Assert.Null(conclusion.Reason);
        Assert.All(conclusion.Steps, step => Assert.Equal(StepState.Done, step.State));
    }

    [Fact]
    public async Task An_order_that_was_recorded_before_its_saga_is_not_created_again()
    {
        Assert.Equal(OrderStatus.Confirmed, await run.StartAsync(Recorded));

        Assert.Equal([.. Actions.Skip(1), "ConfirmOrder"], run.Did);
        Assert.Equal("done pending pending pending", run.Statuses[1]);
        var created = Assert.IsType<SagaConclusion>(run.Inputs["ConfirmOrder"]).Steps[0];
        Assert.Equal((Recorded.PlacedAt, Recorded.PlacedAt, 1), (created.StartedAt, created.EndedAt, created.Attempts));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_refused_step_of_a_recorded_order_cancels_it(int refused)
    {
        run.Refuses(Actions[refused], "no");

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync(Recorded));
        Assert.Equal([.. Actions.Skip(1).Take(refused), .. Compensations.Take(refused).Reverse()], run.Did);
    }

    [Fact]
    public async Task An_instance_that_was_started_anew_after_its_end_leaves_its_order_as_it_is()
    {
        run.Refuses("ReserveInventory", "The order is Confirmed already.", StepReply.OrderEnded);

        await run.StartAsync(Recorded);

        Assert.Equal(["ReserveInventory"], run.Did);
    }

    [Fact]
    public async Task The_custom_status_shows_the_steps_after_each_change()
    {
        await run.StartAsync();

        Assert.Equal(
            [
                "pending pending pending pending",
                "done pending pending pending",
                "done done pending pending",
                "done done done pending",
                "done done done done",
            ],
            run.Statuses
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_refused_step_undoes_the_steps_before_it_in_reverse_order(int refused)
    {
        run.Refuses(Actions[refused], "no");

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync());
        Assert.Equal([.. Actions.Take(refused + 1), .. Compensations.Take(refused).Reverse()], run.Did);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_step_with_an_unknown_result_is_undone_too(int failed)
    {
        run.Fails(Actions[failed], "connection reset");

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync());
        Assert.Equal([.. Actions.Take(failed + 1), .. Compensations.Take(failed + 1).Reverse()], run.Did);
    }

    [Fact]
    public async Task A_refused_payment_shows_step_by_step_how_the_order_was_given_up()
    {
        run.Refuses("ProcessPayment", "card_declined");

        await run.StartAsync();

        Assert.Equal(
            [
                "pending pending pending pending",
                "done pending pending pending",
                "done done pending pending",
                "done done failed pending",
                "done compensated failed pending",
                "compensated compensated failed pending",
            ],
            run.Statuses
        );
    }

    [Fact]
    public async Task A_cancelled_order_records_why_and_how_its_steps_ended()
    {
        run.Refuses("ProcessPayment", "The card was declined.", "card-declined");

        await run.StartAsync();

        var conclusion = Assert.IsType<SagaConclusion>(run.Inputs["CancelOrder"]);
        Assert.Equal(
            ("o1", "The card was declined.", "card-declined", null),
            (conclusion.OrderId, conclusion.Reason, conclusion.ReasonCode, conclusion.Cause)
        );
        Assert.Equal(
            [StepState.Compensated, StepState.Compensated, StepState.Failed, StepState.Pending],
            conclusion.Steps.Select(step => step.State)
        );
        Assert.Equal(("The card was declined.", "card-declined"), (conclusion.Steps[2].Error, conclusion.Steps[2].Code));
    }

    [Fact]
    public async Task A_step_that_failed_and_was_undone_to_be_sure_stays_shown_as_failed_with_its_error()
    {
        run.Fails("ArrangeShipment", "connection reset");

        await run.StartAsync();

        var last = Assert.IsType<SagaConclusion>(run.Inputs["CancelOrder"]).Steps[3];
        Assert.Equal(
            (StepState.Failed, "The shipment could not be arranged.", "shipment-failed", "connection reset"),
            (last.State, last.Error, last.Code, last.Cause)
        );
        Assert.Equal((CompensationState.Done, 1), (last.Compensation!.State, last.Compensation.Attempts));
        Assert.Equal("compensated compensated compensated failed", run.Statuses[^1]);
    }

    [Fact]
    public async Task A_refused_confirmation_undoes_everything()
    {
        run.Refuses("ConfirmOrder", "this one is Cancelled");

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync());
        Assert.Equal([.. Actions, "ConfirmOrder", .. Compensations.Reverse()], run.Did);
        Assert.Equal("compensated compensated compensated compensated", run.Statuses[^1]);
    }

    [Fact]
    public async Task A_confirmation_that_keeps_failing_undoes_everything()
    {
        run.Fails("ConfirmOrder", "store is away");

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync());
        Assert.Equal([.. Actions, "ConfirmOrder", .. Compensations.Reverse()], run.Did);
    }

    [Fact]
    public async Task Steps_and_compensations_are_retried_as_the_order_recorded()
    {
        run.Fails("ArrangeShipment", "away").Falters("RefundPayment", "away", attempts: 4);

        await run.StartAsync();

        Assert.Equal((3, 5), (run.Calls["ArrangeShipment"], run.Calls["RefundPayment"]));
        Assert.Equal([2, 4, 2, 4, 8, 10], run.Pauses.Select(pause => pause.TotalSeconds));
    }

    [Fact]
    public async Task A_step_and_its_compensation_keep_their_own_times_and_attempts()
    {
        run.Falters("ProcessPayment", "away", attempts: 1)
            .Refuses("ArrangeShipment", "not served")
            .Falters("RefundPayment", "away", attempts: 2);

        await run.StartAsync();

        var payment = run.Steps[2];
        Assert.Equal(
            (StepState.Compensated, 2, TimeSpan.FromSeconds(4)),
            (payment.State, payment.Attempts, payment.EndedAt - payment.StartedAt)
        );
        var refund = payment.Compensation!;
        Assert.Equal(
            (CompensationState.Done, 3, TimeSpan.FromSeconds(9)),
            (refund.State, refund.Attempts, refund.EndedAt - refund.StartedAt)
        );
        Assert.Equal(run.Steps[3].EndedAt, refund.StartedAt);
        Assert.Equal(payment.At, refund.EndedAt);
    }

    [Fact]
    public void A_compensation_that_keeps_failing_waits_for_an_operator()
    {
        run.Refuses("ArrangeShipment", "not served").Fails("RefundPayment", "the provider refuses to refund");

        var saga = run.StartAsync();

        Assert.False(saga.IsCompleted);
        Assert.Equal(["RefundPayment", "wait"], run.Did.TakeLast(2));
        Assert.Equal("done done intervention failed", run.Statuses[^1]);
    }

    [Fact]
    public async Task A_refused_compensation_waits_for_an_operator()
    {
        run.Refuses("ConfirmOrder", "no").Refuses("CancelShipment", "the goods are on their way").Decides(OperatorDecision.Skip);

        await run.StartAsync();

        Assert.Equal(["CancelShipment", "wait", "RefundPayment"], run.Did.Skip(5).Take(3));
    }

    [Fact]
    public async Task A_compensation_is_retried_after_the_operators_decision_until_it_works()
    {
        run.Refuses("ArrangeShipment", "not served")
            .Fails("RefundPayment", "away", times: 2)
            .Decides(OperatorDecision.Retry)
            .Decides(OperatorDecision.Retry);

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync());
        Assert.Equal(
            ["RefundPayment", "wait", "RefundPayment", "wait", "RefundPayment", "ReleaseInventory", "CancelOrder"],
            run.Did.Skip(4)
        );
        Assert.Equal("compensated compensated compensated failed", run.Statuses[^1]);
    }

    [Fact]
    public async Task Interventions_are_counted_step_by_step()
    {
        run.Refuses("ArrangeShipment", "not served")
            .Fails("RefundPayment", "away", times: 2)
            .Fails("ReleaseInventory", "away")
            .Decides(OperatorDecision.Retry)
            .Decides(OperatorDecision.Skip)
            .Decides(OperatorDecision.Skip);

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync());
        Assert.Equal(
            [("process-payment", 0), ("process-payment", 1), ("reserve-inventory", 0)],
            run.Interventions.Select(one => (one.Step, one.Ordinal))
        );
    }

    [Fact]
    public async Task A_skipped_compensation_leaves_its_step_done_and_the_others_are_undone()
    {
        run.Refuses("ArrangeShipment", "not served").Fails("RefundPayment", "away").Decides(OperatorDecision.Skip, "written off");

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync());
        Assert.Equal(["RefundPayment", "wait", "ReleaseInventory", "CancelOrder"], run.Did.Skip(4));
        Assert.Equal("compensated compensated done failed", run.Statuses[^1]);
        var refund = Assert.IsType<SagaConclusion>(run.Inputs["CancelOrder"]).Steps[2].Compensation!;
        Assert.Equal((CompensationState.Skipped, "eve", "written off", 5), (refund.State, refund.By, refund.Note, refund.Attempts));
        Assert.Equal(("The payment could not be given back yet.", "away"), (refund.Error, refund.Cause));
    }

    [Fact]
    public async Task A_step_resolved_by_an_operator_counts_as_undone()
    {
        run.Refuses("ArrangeShipment", "not served").Fails("RefundPayment", "away").Decides(OperatorDecision.Resolved, "paid back by hand");

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync());
        Assert.Equal(["RefundPayment", "wait", "ReleaseInventory", "CancelOrder"], run.Did.Skip(4));
        Assert.Equal("compensated compensated compensated failed", run.Statuses[^1]);
        Assert.Equal(
            (CompensationState.Resolved, "eve", "paid back by hand"),
            (run.Steps[2].Compensation!.State, run.Steps[2].Compensation!.By, run.Steps[2].Compensation!.Note)
        );
    }

    [Fact]
    public async Task A_cancellation_of_the_order_itself_that_fails_can_be_retried_as_well()
    {
        run.Refuses("ReserveInventory", "out of stock").Fails("CancelOrder", "store is away").Decides(OperatorDecision.Retry);

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync());
        Assert.Equal(["CancelOrder", "wait", "CancelOrder"], run.Did.Skip(2));
    }

    [Fact]
    public async Task A_cancellation_that_wins_the_race_undoes_everything_with_the_customers_reason()
    {
        run.Refuses("ConfirmOrder", "changed my mind", "cancellation-requested");

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync());
        Assert.Equal([.. Compensations.Reverse()], run.Did.Skip(5));
        Assert.Equal("changed my mind", Assert.IsType<SagaConclusion>(run.Inputs["CancelOrder"]).Reason);
    }

    [Fact]
    public async Task A_cancellation_after_the_goods_have_left_is_refused_and_the_order_confirmed()
    {
        run.Refuses("ConfirmOrder", "changed my mind", "cancellation-requested")
            .Refuses("CancelShipment", "on their way", "already-shipped");

        Assert.Equal(OrderStatus.Confirmed, await run.StartAsync());
        Assert.Equal(["ConfirmOrder", "CancelShipment", "RefuseCancellation", "ConfirmOrder"], run.Did.Skip(4));
        Assert.Equal("done done done done", run.Statuses[^1]);
    }

    [Fact]
    public async Task A_shipment_step_with_an_unknown_result_is_done_if_the_goods_have_left()
    {
        run.Fails("ArrangeShipment", "connection reset").Refuses("CancelShipment", "on their way", "already-shipped");

        Assert.Equal(OrderStatus.Confirmed, await run.StartAsync());
        Assert.Equal(["ArrangeShipment", "CancelShipment", "ConfirmOrder"], run.Did.Skip(3));
    }

    [Fact]
    public async Task A_large_order_waits_for_approval_between_reservation_and_payment()
    {
        run.Approval(
            new ApprovalAnswer(ApprovalState.Waiting, null, TimeSpan.FromHours(3)),
            new ApprovalAnswer(ApprovalState.Approved, null, TimeSpan.Zero)
        );

        Assert.Equal(OrderStatus.Confirmed, await run.StartAsync(Large));
        Assert.Equal(
            [
                "CreateOrder",
                "ReserveInventory",
                "AskForApproval",
                "wait",
                "AskForApproval",
                "ProcessPayment",
                "ArrangeShipment",
                "ConfirmOrder",
            ],
            run.Did
        );
        Assert.Equal([TimeSpan.FromHours(3)], run.Sleeps);
    }

    [Fact]
    public async Task A_large_order_that_is_rejected_is_undone_without_having_been_charged()
    {
        run.Approval(new ApprovalAnswer(ApprovalState.Rejected, "too dear", TimeSpan.Zero));

        Assert.Equal(OrderStatus.Cancelled, await run.StartAsync(Large));
        Assert.Equal(["CreateOrder", "ReserveInventory", "AskForApproval", "ReleaseInventory", "CancelOrder"], run.Did);
        Assert.Equal("too dear", Assert.IsType<SagaConclusion>(run.Inputs["CancelOrder"]).Reason);
    }

    [Fact]
    public async Task A_small_order_needs_no_approval()
    {
        await run.StartAsync(Large with { Approval = new ApprovalTerms(1000, TimeSpan.FromHours(1)) });

        Assert.DoesNotContain("AskForApproval", run.Did);
    }

    [Fact]
    public async Task Cancelling_a_confirmed_order_undoes_its_steps_in_reverse_order()
    {
        Assert.Equal(
            OrderStatus.Cancelled,
            await run.StartCancelAsync(new CancelSagaInput("o1", SagaRun.Input.Retries, "changed my mind", SagaSteps.Pending))
        );

        Assert.Equal([.. Compensations.Reverse()], run.Did);
    }

    [Fact]
    public async Task A_step_that_a_confirmed_order_did_not_run_is_not_compensated()
    {
        await run.StartCancelAsync(
            new CancelSagaInput(
                "o1",
                SagaRun.Input.Retries,
                "changed my mind",
                SagaSteps.PendingOf([SagaSteps.CreateOrder, SagaSteps.ArrangeShipment])
            )
        );

        Assert.Equal(["CancelShipment", "CancelOrder"], run.Did);
    }

    [Fact]
    public async Task Cancelling_a_confirmed_order_undoes_nothing_once_its_goods_have_left()
    {
        run.Refuses("CancelShipment", "on their way", "already-shipped");

        Assert.Equal(
            OrderStatus.Confirmed,
            await run.StartCancelAsync(new CancelSagaInput("o1", SagaRun.Input.Retries, "changed my mind", SagaSteps.Pending))
        );
        Assert.Equal(["CancelShipment", "RefuseCancellation"], run.Did);
    }

    private static PlacedOrder Large => SagaRun.Input with { Approval = new ApprovalTerms(999, TimeSpan.FromHours(3)) };
}
