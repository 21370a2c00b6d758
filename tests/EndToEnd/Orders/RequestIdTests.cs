using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests that the id of the placing request is in every event of an order, through every service and to each ending.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class RequestIdTests(SharedSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Theory]
    [InlineData("orchestration")]
    [InlineData("choreography")]
    public async Task Every_event_of_an_order_carries_the_id_of_the_request_that_placed_it(string saga)
    {
        var seen = new ConcurrentBag<(string Subject, string Type, string? RequestId)>();
        await using var listener = await EventListener.StartAsync(system, received =>
            seen.Add(
                (
                    Subject(received),
                    received.Type,
                    received.Extensions?.Fields.TryGetValue("requestid", out var id) == true ? id.StringValue : null
                )
            )
        );
        var api = system.Api;
        await api.PutProductAsync(
            "pearls-followed",
            new
            {
                name = "Pearls",
                price = 600_000_000,
                stock = 100,
            }
        );
        var orders = new Dictionary<string, string>();

        var shipped = await PlaceAsync(Api.Order("product-5", saga: saga), "confirmed");
        await api.DoAsync($"/api/operations/shipments/{shipped}/ship");
        await api.DoAsync($"/api/operations/shipments/{shipped}/deliver");
        await api.WhenAsync(shipped, "delivered");
        var cancelled = await PlaceAsync(Api.Order(saga: saga), "confirmed");
        await api.DoAsync($"/api/orders/{cancelled}/cancel");
        await api.WhenAsync(cancelled, "cancelled");
        await PlaceAsync(Api.Order(token: "tok_declined", saga: saga), "cancelled");
        orders[(await api.PlaceTooLateAsync(saga, requestId: $"follow-{saga}-late")).OrderId] = $"follow-{saga}-late";
        await PlaceAsync(Api.Order(customer: "customer-3", saga: saga), "cancelled");
        foreach (var (decision, ending) in new[] { ("approve", "confirmed"), ("reject", "cancelled") })
        {
            var large = await PlaceAsync(Api.Order("pearls-followed", saga: saga), null);
            await Wait.ForAsync("the order waits for approval", async () => (await api.OrderAsync(large)).Approval);
            await api.DoAsync($"/api/operations/approvals/{large}", new { decision });
            await api.WhenAsync(large, ending);
        }
        var parked = await PlaceAsync(Api.Order(token: "tok_refund_fails", customer: "customer-3", saga: saga), "intervention");
        await api.DoAsync(
            $"/api/operations/interventions/{(await api.OrderAsync(parked)).Interventions![0].InterventionId}",
            new { decision = "resolved", note = "by hand" }
        );
        await api.WhenAsync(parked, "cancelled");

        foreach (var (orderId, requestId) in orders)
        {
            var ended = (await api.OrderAsync(orderId)).Status;
            await Wait.UntilAsync($"the end of order {orderId} was published", () =>
                Task.FromResult(seen.Any(one => one.Subject == orderId && one.Type == $"order.{ended}"))
            );
            var own = seen.Where(one => one.Subject == orderId).Distinct().ToList();
            Assert.All(own, one =>
                Assert.True(one.RequestId == requestId, $"{one.Type} of order {orderId} carries '{one.RequestId}', not '{requestId}'")
            );
            Assert.True(own.Count >= 2, $"order {orderId} had only {string.Join(", ", own)}");
        }

        async Task<string> PlaceAsync(object order, string? ending)
        {
            var requestId = $"follow-{saga}-{orders.Count}";
            using var placed = await api.SendTextAsync(
                "POST",
                "/api/orders",
                JsonSerializer.Serialize(order, JsonSerializerOptions.Web),
                ("X-Request-ID", requestId)
            );
            Assert.True(placed.IsSuccessStatusCode, await placed.Content.ReadAsStringAsync());
            var orderId = (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("orderId").GetString()!;
            orders[orderId] = requestId;
            if (ending is not null)
            {
                await api.WhenAsync(orderId, ending);
            }
            return orderId;
        }
    }

    private static string Subject(Dapr.AppCallback.Autogen.Grpc.v1.TopicEventRequest received) =>
        received.Extensions?.Fields.TryGetValue("subject", out var subject) == true ? subject.StringValue : "";
}
