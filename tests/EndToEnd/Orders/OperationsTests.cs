using System.Net;
using System.Net.Http.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests of work that waits for an operator, and of the operator's decisions.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class OperationsTests(SharedSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Theory]
    [InlineData("orchestration", "resolved", "compensated", "resolved", "refunded")]
    [InlineData("orchestration", "skip", "done", "skipped", "completed")]
    [InlineData("choreography", "resolved", "compensated", "resolved", "refunded")]
    [InlineData("choreography", "skip", "done", "skipped", "completed")]
    public async Task A_refund_that_keeps_failing_waits_for_an_operators_decision_which_ends_the_order(
        string saga,
        string decision,
        string state,
        string undoing,
        string payment
    )
    {
        var stock = await system.Api.ProductsAsync();
        var orderId = await system.Api.PlaceAsync(Api.Order(token: "tok_refund_fails", customer: "customer-3", saga: saga));

        var parked = await system.Api.WhenAsync(orderId, "intervention");
        Assert.Equal("process-payment intervention", parked.States.ElementAt(2));
        Assert.True(
            parked.Steps[2].Compensation
                is { State: "failed", Attempts: 5, Error: "The payment could not be given back yet.", Cause.Length: > 0 },
            $"{parked.Steps[2]}"
        );
        var open = await FindAsync("open", orderId);
        Assert.Equal(("process-payment", 5), (open.Step, open.Attempts));

        await system.Api.DoAsync($"/api/operations/interventions/{open.InterventionId}", new { decision = "retry", note = "once more" });
        var again = await Wait.ForAsync("the retry fails as well", async () =>
            (await ListAsync("open")).FirstOrDefault(one => one.OrderId == orderId && one.InterventionId != open.InterventionId)
        );
        Assert.Equal(10, again.Attempts);

        await system.Api.DoAsync($"/api/operations/interventions/{again.InterventionId}", new { decision, note = "seen to" });
        var ended = await system.Api.WhenAsync(orderId, "cancelled");
        Assert.Equal(
            ["create-order compensated", "reserve-inventory compensated", $"process-payment {state}", "arrange-shipment failed"],
            ended.States
        );
        Assert.True(
            ended.Steps[2] is { Attempts: 1, Error: null, Compensation: { By: "tests", Note: "seen to", Attempts: 10 } settled }
                && settled.State == undoing,
            $"{ended.Steps[2]}"
        );
        Assert.Equal(stock, await system.Api.ProductsAsync());
        await PaymentSaysAsync(orderId, payment, decision);
        var history = (await system.Api.OrderAsync(orderId)).Interventions!;
        Assert.Equal([("retry", "once more"), (decision, "seen to")], history.Select(one => (one.Decision!, one.Note!)));

        await system.Api.DoAsync($"/api/operations/interventions/{again.InterventionId}", new { decision, note = "seen to" });
        using var closed = await system.Api.PostToAsync($"/api/operations/interventions/{again.InterventionId}", new { decision = "skip" });
        await IsProblemAsync(closed, HttpStatusCode.Conflict, "intervention-closed");
        await FindAsync("decided", orderId);
        await Wait.UntilGoneAsync("the intervention leaves the open ones", async () =>
            (await ListAsync("open")).Any(one => one.OrderId == orderId)
        );
    }

    [Theory]
    [InlineData("orchestration")]
    [InlineData("choreography")]
    public async Task Customers_see_a_reason_with_a_code_and_only_operators_see_the_technical_cause(string saga)
    {
        var orderId = await system.Api.PlaceAsync(Api.Order(token: "tok_refund_fails", customer: "customer-3", saga: saga));
        var parked = await system.Api.WhenAsync(orderId, "intervention");
        using var customer = system.As("customer-3", "customer");

        var seen = await customer.OrderAsync(orderId);
        var texts = new List<string>();
        foreach (var path in (string[])[$"/api/orders/{orderId}", $"/api/orders/{orderId}/events", "/api/orders?limit=100"])
        {
            using var response = await customer.GetAsync(path);
            texts.Add(await response.Content.ReadAsStringAsync());
        }

        Assert.Equal(
            ("address-not-served", "The payment could not be given back yet."),
            (seen.ReasonCode ?? seen.Steps[3].Code, seen.Steps[2].Compensation!.Error)
        );
        Assert.Equal("The payment could not be given back yet.", Assert.Single(seen.Interventions!).Error);
        var cause = Assert.Single(parked.Interventions!).Error;
        Assert.Equal(cause, parked.Steps[2].Compensation!.Cause);
        Assert.All(texts, text => Assert.DoesNotContain(cause, text, StringComparison.Ordinal));
        Assert.All(texts, text => Assert.DoesNotContain("\"cause\"", text, StringComparison.Ordinal));
        await system.Api.DoAsync($"/api/operations/interventions/{parked.Interventions![0].InterventionId}", new { decision = "resolved" });
        await system.Api.WhenAsync(orderId, "cancelled");
    }

    [Theory]
    [InlineData("orchestration")]
    [InlineData("choreography")]
    public async Task A_large_order_waits_for_approval_and_is_then_completed_or_compensated(string saga)
    {
        await system.Api.PutProductAsync(
            $"pearls-{saga}",
            new
            {
                name = "Pearls",
                price = 600_000_000,
                stock = 10,
            }
        );

        var yes = await WaitingAsync(saga);
        var no = await WaitingAsync(saga);
        var wish = await WaitingAsync(saga);
        await system.Api.DoAsync($"/api/operations/approvals/{yes}", new { decision = "approve" });
        await system.Api.DoAsync($"/api/operations/approvals/{no}", new { decision = "reject", note = "too dear" });
        await system.Api.DoAsync($"/api/orders/{wish}/cancel");

        Assert.Equal("confirmed", (await system.Api.EndOfAsync(yes)).Status);
        Assert.Equal(
            ("cancelled", "too dear"),
            (await system.Api.EndOfAsync(no) is var rejected ? (rejected.Status, rejected.Reason) : default)
        );
        Assert.Equal("cancelled", (await system.Api.EndOfAsync(wish)).Status);
        Assert.Equal(
            (9, 1),
            (await system.Api.ProductAsync($"pearls-{saga}") is var pearls ? (pearls.Available, pearls.Reserved) : default)
        );
        await system.Api.DoAsync($"/api/operations/approvals/{no}", new { decision = "reject", note = "too dear" });
        using var late = await system.Api.PostToAsync($"/api/operations/approvals/{no}", new { decision = "approve" });
        await IsProblemAsync(late, HttpStatusCode.Conflict, "approval-closed");
    }

    [Theory]
    [InlineData("/api/operations/interventions/nothing.1", """{"decision":"skip"}""", HttpStatusCode.NotFound, "intervention-not-found")]
    [InlineData("/api/operations/interventions/nothing", """{"decision":"skip"}""", HttpStatusCode.NotFound, "intervention-not-found")]
    [InlineData("/api/operations/interventions/nothing.1", """{"decision":"maybe"}""", HttpStatusCode.BadRequest, "decision-invalid")]
    [InlineData("/api/operations/interventions/nothing.1", """{"decision":"1"}""", HttpStatusCode.BadRequest, "decision-invalid")]
    [InlineData("/api/operations/approvals/nothing", """{"decision":"approve"}""", HttpStatusCode.NotFound, "order-not-found")]
    [InlineData("/api/operations/approvals/nothing", """{"decision":"yes"}""", HttpStatusCode.BadRequest, "decision-invalid")]
    [InlineData("/api/operations/dead-letters/nothing/replay", "{}", HttpStatusCode.NotFound, "dead-letter-not-found")]
    [InlineData("/api/operations/dead-letters/nothing/discard", """{"note":"why"}""", HttpStatusCode.NotFound, "dead-letter-not-found")]
    [InlineData("/api/operations/dead-letters/nothing/discard", "{}", HttpStatusCode.BadRequest, "note-missing")]
    public async Task An_invalid_decision_is_refused(string path, string body, HttpStatusCode status, string code)
    {
        using var refused = await system.Api.PostToAsync(path, System.Text.Json.JsonDocument.Parse(body).RootElement);

        await IsProblemAsync(refused, status, code);
    }

    /// <summary>
    /// Checks that payments has recorded the decision. The list of charged orders contains the order only if the refund was skipped.
    /// </summary>
    private async Task PaymentSaysAsync(string orderId, string status, string decision)
    {
        var record = await Wait.ForAsync($"payments records the decision on order {orderId}", async () =>
            await system.Api.ReadAsync<PaymentView>($"/api/operations/payments/{orderId}") is { Decision: not null } found ? found : null
        );
        Assert.Equal(
            (status, decision, "seen to", "tests"),
            (record.Status, record.Decision!.Kind, record.Decision.Note, record.Decision.Operator)
        );
        await Wait.UntilAsync("the view of the order is up to date", async () =>
            (await system.Api.ReadAsync<ListOf<OrderView>>("/api/orders?status=cancelled&limit=100")).Items.Any(order =>
                order.OrderId == orderId
            )
        );
        Assert.Equal(
            decision == "skip",
            (await system.Api.ReadAsync<ListOf<OrderView>>("/api/operations/charged-orders?limit=100")).Items.Any(order =>
                order.OrderId == orderId
            )
        );
    }

    private async Task<string> WaitingAsync(string saga)
    {
        var orderId = await system.Api.PlaceAsync(Api.Order($"pearls-{saga}", saga: saga));
        await Wait.ForAsync("the order waits for approval", async () => (await system.Api.OrderAsync(orderId)).Approval);
        return orderId;
    }

    private Task<InterventionView> FindAsync(string state, string orderId) =>
        Wait.ForAsync($"the intervention of order {orderId} is listed as {state}", async () =>
            (await ListAsync(state)).FirstOrDefault(one => one.OrderId == orderId)
        );

    private async Task<List<InterventionView>> ListAsync(string state) =>
        (await system.Api.ReadAsync<ListOf<InterventionView>>($"/api/operations/interventions?state={state}&limit=100")).Items;

    private sealed record PaymentView(string Status, DecisionView? Decision);

    private sealed record DecisionView(string Kind, string? Note, string? Operator);

    private static async Task IsProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, (await response.Content.ReadFromJsonAsync<ProblemView>())!.Code);
    }
}
