using Orders.Approving;
using Orders.Ordering;
using ServiceDefaults.Refusals;

namespace Orders.Tests.Approving;

public sealed class ApprovalRulesTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ApprovalTerms Terms = new(999, TimeSpan.FromHours(1));
    private static readonly OrderCreated Created = new(
        "customer-1",
        [new OrderLine("product-1", 2, 500)],
        1000,
        "EUR",
        "orchestration",
        "Ada"
    );

    [Fact]
    public void Only_a_total_above_the_limit_requires_approval()
    {
        Assert.True(Terms.AppliesTo(1000));
        Assert.False(Terms.AppliesTo(999));
        Assert.False(new ApprovalTerms(null, TimeSpan.Zero).AppliesTo(long.MaxValue));
    }

    [Fact]
    public void Approval_is_requested_once() => Assert.True(ApprovalRules.Request(AwaitingApproval(), Terms, [], At).IsNothingToDo);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_approval_is_decided_once(bool approve)
    {
        var answered = Order.Evolve(AwaitingApproval(), ApprovalRules.Decide(AwaitingApproval(), approve, "eve", "because").Event!)!;

        Assert.Equal(approve ? ApprovalState.Approved : ApprovalState.Rejected, ApprovalRules.Read(answered).State);
        Assert.Equal((RefusalKind.Conflict, "approval-closed"), Refused(ApprovalRules.Decide(answered, !approve, "mallory", null)));
        Assert.True(ApprovalRules.Expire(answered, At.AddDays(1)).IsNothingToDo);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_same_decision_by_the_same_operator_is_accepted_again_and_any_other_is_refused(bool approve)
    {
        var decided = Order.Evolve(AwaitingApproval(), ApprovalRules.Decide(AwaitingApproval(), approve, "eve", "because").Event!)!;

        Assert.True(ApprovalRules.Decide(decided, approve, "eve", "because").IsNothingToDo);
        Assert.True(ApprovalRules.Decide(decided with { Status = OrderStatus.Cancelled }, approve, "eve", "because").IsNothingToDo);
        Assert.Equal((RefusalKind.Conflict, "approval-closed"), Refused(ApprovalRules.Decide(decided, !approve, "eve", "because")));
        Assert.Equal((RefusalKind.Conflict, "approval-closed"), Refused(ApprovalRules.Decide(decided, approve, "mallory", "because")));
        Assert.Equal((RefusalKind.Conflict, "approval-closed"), Refused(ApprovalRules.Decide(decided, approve, "eve", "another note")));
    }

    [Fact]
    public void The_end_of_the_time_is_no_decision_of_an_operator()
    {
        var expired = Order.Evolve(AwaitingApproval(), ApprovalRules.Expire(AwaitingApproval(), At.AddHours(1)).Event!)!;

        Assert.Equal((RefusalKind.Conflict, "approval-closed"), Refused(ApprovalRules.Decide(expired, false, null, ApprovalRules.TooLate)));
    }

    [Fact]
    public void An_approval_that_expires_rejects_the_order()
    {
        Assert.True(ApprovalRules.Expire(AwaitingApproval(), At.AddMinutes(59)).IsNothingToDo);

        var rejected = Assert.IsType<OrderRejected>(ApprovalRules.Expire(AwaitingApproval(), At.AddHours(1)).Event);
        Assert.Null(rejected.Operator);
    }

    [Fact]
    public void A_requested_cancellation_closes_the_approval()
    {
        var order = Order.Evolve(AwaitingApproval(), new CancellationRequested("customer", "changed my mind"))!;

        Assert.Equal((ApprovalState.Rejected, new Failure("changed my mind", "cancelled-by-customer")), ApprovalRules.Read(order));
        Assert.Equal((RefusalKind.Conflict, "approval-closed"), Refused(ApprovalRules.Decide(order, true, "eve", null)));
    }

    [Fact]
    public void Deciding_an_approval_that_was_not_requested_is_refused()
    {
        Assert.Equal(
            (RefusalKind.Conflict, "approval-not-asked"),
            Refused(ApprovalRules.Decide(Order.From([Created])!, true, "eve", null))
        );
    }

    private static Order AwaitingApproval() => Order.From([Created, ApprovalRules.Request(Order.From([Created])!, Terms, [], At).Event!])!;

    private static (RefusalKind, string) Refused(Decision<OrderEvent> outcome) => (outcome.Refusal!.Kind, outcome.Refusal.Code);
}
