using System.Net;
using EndToEnd.Systems;

namespace EndToEnd.Edge;

/// <summary>Tests of a compromised app with its own token at its own sidecar: it can make only the calls that its work needs.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class CompromisedAppTests(SharedSystem shared)
{
    /// <summary>
    /// Runs on the embedded sidecar. daprd identifies callers by mTLS, which these runs do not have; <see cref="OnDaprd.SentryTests"/> has.
    /// </summary>
    [EmbeddedRunFact]
    public async Task The_callees_sidecar_refuses_calls_that_its_access_list_does_not_allow() =>
        Assert.All(await ForbiddenCalls.AnswersAsync(shared.System), answer =>
        {
            Assert.Equal((answer.Call, HttpStatusCode.Forbidden), (answer.Call, answer.Status));
            Assert.Contains("ERR_DIRECT_INVOKE", answer.Body, StringComparison.Ordinal);
        });

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
