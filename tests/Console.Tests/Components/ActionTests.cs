using System.Net;
using Bunit;
using Console.Edge;
using Console.Identity;
using Console.Orders;
using Console.Pages;
using Console.Wording;
using ConsoleComponents.Languages;

namespace Console.Tests.Components;

/// <summary>Tests of actions on an order, and of the page's text when an action is refused.</summary>
public sealed class ActionTests
{
    private const string Cancel = "POST /api/orders/o-1/cancel";

    [Theory]
    [InlineData("pending", true, "Cancel")]
    [InlineData("confirmed", true, "Ship Cancel")]
    [InlineData("confirmed", false, "Cancel")]
    [InlineData("shipped", true, "Deliver")]
    [InlineData("shipped", false, "")]
    [InlineData("cancelled", true, "")]
    [InlineData("delivered", true, "")]
    public void An_order_offers_the_actions_of_its_status(string status, bool isOperator, string expected) =>
        Assert.Equal(expected, Names(OrderAction.PossibleFor(ComponentTest.Order(status), isOperator)));

    [Theory]
    [InlineData(true, "Approve Reject Cancel")]
    [InlineData(false, "Cancel")]
    public void An_order_waiting_for_approval_offers_the_decision_to_operators(bool isOperator, string expected) =>
        Assert.Equal(
            expected,
            Names(
                OrderAction.PossibleFor(
                    ComponentTest.Order("pending") with
                    {
                        Approval = new ApprovalView("waiting", 1, DateTimeOffset.UnixEpoch),
                    },
                    isOperator
                )
            )
        );

    [Theory]
    [InlineData(null, "Retry Resolved Skip")]
    [InlineData("skip", "")]
    public void An_intervention_offers_its_decisions_until_it_is_decided(string? decision, string expected) =>
        Assert.Equal(
            expected,
            Names(
                OrderAction.PossibleFor(
                    ComponentTest.Order("intervention") with
                    {
                        Interventions =
                        [
                            new InterventionView("o-1.1", "process-payment", "refused", 5, DateTimeOffset.UnixEpoch)
                            {
                                Decision = decision,
                            },
                        ],
                    },
                    true
                )
            )
        );

    [Fact]
    public void An_order_with_a_requested_cancellation_offers_no_second_one() =>
        Assert.Empty(OrderAction.PossibleFor(ComponentTest.Order("pending") with { CancelRequested = true }, false));

    [Fact]
    public void An_action_is_sent_with_the_note_and_token_of_the_person()
    {
        using var test = new ComponentTest();
        test.Gateway.Answers(Cancel, new { orderId = "o-1" }, HttpStatusCode.Accepted);
        var actions = Render(test);

        actions.Find("input").Change("changed their mind");
        actions.FindAll("button").Single(button => button.TextContent.Contains("Cancel", StringComparison.Ordinal)).Click();

        actions.WaitForAssertion(() =>
            Assert.Contains("Accepted: Cancel the order", actions.Find("[role=status]").TextContent, StringComparison.Ordinal)
        );
        Assert.Equal([(Cancel, """{"reason":"changed their mind"}""", "token of ada")], test.Gateway.Received);
    }

    [Fact]
    public void An_action_that_another_operator_made_impossible_shows_the_reason_and_keeps_the_note()
    {
        using var test = new ComponentTest();
        test.Gateway.Refuses(Cancel, HttpStatusCode.Conflict, "order-not-cancellable", "The order has left.");
        var actions = Render(test);

        actions.Find("input").Change("too late?");
        actions.FindAll("button").Single(button => button.TextContent.Contains("Cancel", StringComparison.Ordinal)).Click();

        actions.WaitForAssertion(() =>
            Assert.Contains(
                "This is no longer possible: The order has left.",
                actions.Find("[role=alert]").TextContent,
                StringComparison.Ordinal
            )
        );
        Assert.Equal("too late?", actions.Find("input").GetAttribute("value"));
    }

    [Fact]
    public void A_second_click_during_an_action_sends_nothing()
    {
        using var test = new ComponentTest();
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        test.Gateway.Answers(Cancel, () => answer.Task);
        var actions = Render(test);

        actions.FindAll("button").Single(button => button.TextContent.Contains("Cancel", StringComparison.Ordinal)).Click();
        Assert.All(actions.FindAll("button"), button => Assert.True(button.HasAttribute("disabled")));
        actions.FindAll("button").Single(button => button.TextContent.Contains("Cancel", StringComparison.Ordinal)).Click();
        answer.SetResult(new HttpResponseMessage(HttpStatusCode.Accepted) { Content = new StringContent("{}") });

        actions.WaitForAssertion(() => Assert.NotEmpty(actions.FindAll("[role=status]")));
        Assert.Single(test.Gateway.Received);
    }

    [Fact]
    public void An_action_without_an_answer_warns_that_it_may_have_been_executed()
    {
        using var test = new ComponentTest();
        test.Gateway.Refuses(Cancel, HttpStatusCode.GatewayTimeout, "timeout", "late");
        var actions = Render(test);

        actions.FindAll("button").Single(button => button.TextContent.Contains("Cancel", StringComparison.Ordinal)).Click();

        actions.WaitForAssertion(() =>
            Assert.Contains("It may or may not have carried this out", actions.Find("[role=alert]").TextContent, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void An_expired_token_offers_a_new_sign_in_and_keeps_the_input()
    {
        using var test = new ComponentTest(language: Language.Japanese);
        test.Gateway.Answers(Cancel, new { }, HttpStatusCode.Unauthorized);
        var actions = Render(test);

        actions.Find("input").Change("理由");
        actions.FindAll("button").Single(button => button.TextContent.Contains("注文を取り消す", StringComparison.Ordinal)).Click();

        actions.WaitForAssertion(() =>
            Assert.Contains("有効期限が切れました", actions.Find("[role=alert]").TextContent, StringComparison.Ordinal)
        );
        Assert.Equal(
            ("理由", "/sign-in?back=/"),
            (actions.Find("input").GetAttribute("value"), actions.Find("[role=alert] a").GetAttribute("href"))
        );
    }

    private static string Names(IEnumerable<OrderAction> actions) =>
        string.Join(
            ' ',
            actions.Select(action => typeof(Phrases).GetFields().Single(field => ReferenceEquals(field.GetValue(null), action.Title)).Name)
        );

    private static IRenderedComponent<OrderActions> Render(ComponentTest test) =>
        test.Render<OrderActions>(with =>
            with.AddCascadingValue(test.Text)
                .Add(actions => actions.Order, ComponentTest.Order())
                .Add(actions => actions.Person, new Person("ada", true))
        );
}
