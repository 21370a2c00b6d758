using System.Net;
using EndToEnd.Systems;

namespace EndToEnd.Edge;

/// <summary>Tests of a compromised app with its own token at its own sidecar: it can make only the calls that its work needs.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class CompromisedAppTests(SharedSystem shared)
{
    /// <summary>Runs on the embedded sidecar only: daprd identifies callers by mTLS, which these runs do not have.</summary>
    [EmbeddedRunTheory]
    [InlineData("shipping", "POST", "payments", "payments/some-order/refund")]
    [InlineData("shipping", "POST", "payments", "payments/some-order")]
    [InlineData("shipping", "PUT", "inventory", "products/product-1")]
    [InlineData("shipping", "GET", "customers", "customers/customer-1")]
    [InlineData("shipping", "GET", "orders", "orders")]
    [InlineData("shipping", "POST", "orders", "operations/approvals/some-order")]
    [InlineData("payments", "POST", "shipping", "operations/shipments/some-order/ship")]
    [InlineData("inventory", "POST", "orders", "orders")]
    [InlineData("orders", "PUT", "inventory", "products/product-1")]
    [InlineData("orders", "POST", "shipping", "operations/shipments/some-order/ship")]
    [InlineData("customers", "POST", "orders", "events/signals")]
    [InlineData("gateway", "POST", "payments", "payments/some-order/refund")]
    [InlineData("gateway", "POST", "inventory", "reservations/some-order/release")]
    [InlineData("gateway", "POST", "orders", "events/signals")]
    public async Task The_callees_sidecar_refuses_calls_that_its_access_list_does_not_allow(
        string from,
        string method,
        string to,
        string path
    )
    {
        using var sidecar = shared.System.SidecarOf(from);
        using var answer = await sidecar.SendAsync(
            new HttpMethod(method),
            $"/v1.0/invoke/{to}/method/{path}",
            method == "GET" ? null : """{"decision":"approve","price":1}"""
        );
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("ERR_DIRECT_INVOKE", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
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
