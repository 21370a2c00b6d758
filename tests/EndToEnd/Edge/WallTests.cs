using System.Net;
using EndToEnd.Systems;

namespace EndToEnd.Edge;

/// <summary>An app that has been taken over, with its own token at its own sidecar: it can do what its work needs, and nothing
/// else.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class WallTests(SharedSystem shared)
{
    /// <summary>daprd knows a caller by mTLS alone, which these runs do not have.</summary>
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
    public async Task A_call_that_is_not_part_of_an_apps_work_is_refused_by_the_callees_sidecar(
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
    public async Task An_event_of_another_app_can_not_be_forged(string from, string topic)
    {
        using var sidecar = shared.System.SidecarOf(from);
        using var answer = await sidecar.SendAsync(HttpMethod.Post, $"/v1.0/publish/events/{topic}", """{"orderId":"some-order"}""");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("ERR_PUBSUB_FORBIDDEN", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
