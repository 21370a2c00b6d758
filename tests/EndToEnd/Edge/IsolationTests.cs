using System.Net;
using Dapr.Client.Autogen.Grpc.v1;
using EndToEnd.Orders;
using EndToEnd.Systems;
using Grpc.Core;
using Grpc.Net.Client;

namespace EndToEnd.Edge;

/// <summary>Tests of the isolation between sidecars in one process: a compromised app can't access the others.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class IsolationTests(SharedSystem shared)
{
    private static readonly string[] Apps = ["gateway", "orders", "inventory", "payments", "customers", "shipping", "orders-grpc"];

    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task An_apps_API_token_is_accepted_only_by_its_own_sidecar()
    {
        var sidecars = Apps.ToDictionary(app => app, system.SidecarOf);
        foreach (var (owner, own) in sidecars)
        {
            foreach (var (app, sidecar) in sidecars)
            {
                var expected = app == owner ? HttpStatusCode.OK : HttpStatusCode.Unauthorized;
                Assert.Equal((owner, app, expected), (owner, app, await sidecar.StatusAsync("/v1.0/metadata", own.Token)));
                Assert.Equal(
                    (owner, app, app == owner ? StatusCode.OK : StatusCode.Unauthenticated),
                    (owner, app, await GrpcStatusAsync(sidecar, own.Token))
                );
            }
            Assert.Equal(HttpStatusCode.Unauthorized, await own.StatusAsync("/v1.0/metadata", null));
            Assert.Equal(HttpStatusCode.Unauthorized, await own.StatusAsync("/v1.0/metadata", own.AppToken));
        }
        Assert.Equal(
            Apps.Length * 2,
            sidecars.Values.SelectMany(sidecar => (string?[])[sidecar.Token, sidecar.AppToken]).Distinct().Count()
        );
        sidecars.Values.ToList().ForEach(sidecar => sidecar.Dispose());
    }

    [Fact]
    public async Task An_app_token_is_accepted_only_by_its_own_app()
    {
        using var payments = system.SidecarOf("payments");
        using var http = new HttpClient();
        foreach (var app in (string[])["inventory", "orders", "shipping", "customers"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://localhost:{system.PortOf(app)}/events/orders");
            request.Headers.Add("dapr-api-token", payments.AppToken);
            using var answer = await http.SendAsync(request);
            Assert.Equal((app, HttpStatusCode.Unauthorized), (app, answer.StatusCode));
        }
    }

    [Fact]
    public async Task A_store_or_a_secret_of_another_app_is_not_accessible()
    {
        using var payments = system.SidecarOf("payments");
        foreach (
            var path in (string[])
                ["/v1.0/state/orders-store/any", "/v1.0/state/inventory-store/product-1", "/v1.0/secrets/secrets/jwt-signing-key"]
        )
        {
            var status = await payments.StatusAsync(path, payments.Token);
            Assert.True(
                status is HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError or HttpStatusCode.Unauthorized,
                $"{path}: {status}"
            );
        }
        var before = await system.Api.ProductAsync("product-1");
        using var write = await payments.SendAsync(
            HttpMethod.Post,
            "/v1.0/state/inventory-store",
            """[{"key":"product-1","value":{"price":1}}]"""
        );
        Assert.Equal(HttpStatusCode.BadRequest, write.StatusCode);
        Assert.Equal(before, await system.Api.ProductAsync("product-1"));
    }

    [Fact]
    public async Task A_workflow_of_another_app_can_not_be_read_terminated_or_signalled()
    {
        await system.Api.PutProductAsync(
            "opals",
            new
            {
                name = "Opals",
                price = 600_000_000,
                stock = 5,
            }
        );
        var orderId = await system.Api.PlaceAsync(Api.Order("opals"));
        await Wait.ForAsync("the order waits for approval", async () => (await system.Api.OrderAsync(orderId)).Approval);
        using var payments = system.SidecarOf("payments");

        using (var seen = await payments.SendAsync(HttpMethod.Get, $"/v1.0/workflows/dapr/{orderId}"))
        {
            Assert.DoesNotContain("OrderSaga", await seen.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        foreach (var what in (string[])["terminate", "pause", "raiseEvent/approval", "purge"])
        {
            using var answer = await payments.SendAsync(
                HttpMethod.Post,
                $"/v1.0/workflows/dapr/{orderId}/{what}",
                """{"decision":"approve"}"""
            );
        }

        Assert.Equal("pending", (await system.Api.OrderAsync(orderId)).Status);
        await system.Api.DoAsync($"/api/operations/approvals/{orderId}", new { decision = "reject", note = "only a test" });
        Assert.Equal("cancelled", (await system.Api.EndOfAsync(orderId)).Status);
    }

    [Fact]
    public async Task State_of_an_actor_is_refused_to_apps_that_do_not_host_it()
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order("product-8"));
        using var inventory = system.SidecarOf("inventory"); // has actors of its own, and their store
        using var write = await inventory.SendAsync(
            HttpMethod.Post,
            $"/v1.0/actors/Shipment/{order.OrderId}/state",
            """[{"operation":"upsert","request":{"key":"note","value":"theirs"}}]"""
        );
        Assert.Equal(HttpStatusCode.BadRequest, write.StatusCode);
    }

    private static async Task<StatusCode> GrpcStatusAsync(AppSidecar sidecar, string? token)
    {
        using var channel = GrpcChannel.ForAddress(sidecar.GrpcAddress);
        try
        {
            await new Dapr.Client.Autogen.Grpc.v1.Dapr.DaprClient(channel).GetMetadataAsync(
                new GetMetadataRequest(),
                new Metadata { { "dapr-api-token", token ?? "" } }
            );
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
