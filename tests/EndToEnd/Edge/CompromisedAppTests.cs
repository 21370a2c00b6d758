using System.Net;
using EndToEnd.Systems;

namespace EndToEnd.Edge;

/// <summary>Tests of a compromised app with its own token at its own sidecar: it can make only the calls that its work needs.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class CompromisedAppTests(SharedSystem shared)
{
    private static readonly (string From, string Method, string To, string Path)[] Forbidden =
    [
        ("shipping", "POST", "payments", "payments/some-order/refund"),
        ("shipping", "POST", "payments", "payments/some-order"),
        ("shipping", "PUT", "inventory", "products/product-1"),
        ("shipping", "GET", "customers", "customers/customer-1"),
        ("shipping", "GET", "orders", "orders"),
        ("shipping", "POST", "orders", "operations/approvals/some-order"),
        ("payments", "POST", "shipping", "operations/shipments/some-order/ship"),
        ("inventory", "POST", "orders", "orders"),
        ("orders", "PUT", "inventory", "products/product-1"),
        ("orders", "POST", "shipping", "operations/shipments/some-order/ship"),
        ("customers", "POST", "orders", "events/signals"),
        ("gateway", "POST", "payments", "payments/some-order/refund"),
        ("gateway", "POST", "inventory", "reservations/some-order/release"),
        ("gateway", "POST", "orders", "events/signals"),
    ];

    /// <summary>
    /// Runs on the embedded sidecar only: daprd identifies callers by mTLS, which these runs do not have. All calls at once, because the
    /// callers' policies repeat a refused call for seconds.
    /// </summary>
    [EmbeddedRunFact]
    public async Task The_callees_sidecar_refuses_calls_that_its_access_list_does_not_allow()
    {
        var answers = await Task.WhenAll(Forbidden.Select(call => AnswerAsync(call.From, call.Method, call.To, call.Path)));

        Assert.All(Forbidden.Zip(answers), pair =>
        {
            Assert.Equal((pair.First, HttpStatusCode.Forbidden), (pair.First, pair.Second.Status));
            Assert.Contains("ERR_DIRECT_INVOKE", pair.Second.Body, StringComparison.Ordinal);
        });
    }

    private async Task<(HttpStatusCode Status, string Body)> AnswerAsync(string from, string method, string to, string path)
    {
        using var sidecar = shared.System.SidecarOf(from);
        using var answer = await sidecar.SendAsync(
            new HttpMethod(method),
            $"/v1.0/invoke/{to}/method/{path}",
            method == "GET" ? null : """{"decision":"approve","price":1}"""
        );
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("shipping", "payments-choreography")]
    [InlineData("shipping", "orders")]
    [InlineData("inventory", "payments-choreography")]
    [InlineData("inventory", "shipments")]
    [InlineData("payments", "orders-choreography")]
    [InlineData("customers", "inventory-choreography")]
    [InlineData("orders-grpc", "orders")]
    [InlineData("gateway", "orders")]
    [InlineData("gateway", "customers")]
    public async Task Publishing_an_event_of_another_app_is_refused(string from, string topic)
    {
        using var sidecar = shared.System.SidecarOf(from);
        using var answer = await sidecar.SendAsync(HttpMethod.Post, $"/v1.0/publish/events/{topic}", """{"orderId":"some-order"}""");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("ERR_PUBSUB_FORBIDDEN", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
