using System.Diagnostics;
using System.Text.Json;
using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Faults;

/// <summary>Tests of events that arrive twice, late or never.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class ChoreographyFaultTests(SharedSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Theory]
    [InlineData("tok_ok", "customer-1", "confirmed")]
    [InlineData("tok_ok", "customer-3", "cancelled")]
    [InlineData("tok_declined", "customer-1", "cancelled")]
    [InlineData("tok_ok", "customer-1", "cancelled")]
    [InlineData("tok_ok", "customer-1", "delivered")]
    public async Task Redelivering_every_event_changes_nothing(string token, string customer, string status)
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order("product-7", token: token, customer: customer, saga: "choreography"));
        if (order.Status != status)
        {
            order = await MoveAsync(order.OrderId, status);
        }
        var (stock, events) = (await system.Api.ProductsAsync(), await system.Api.EventsAsync(order.OrderId));

        using var orders = system.SidecarOf("orders");
        foreach (var (topic, type, data) in AllEvents(order, token))
        {
            await orders.PublishAsync($"{topic}-choreography", type, order.OrderId, data);
        }
        // When an order placed afterwards has ended, all redelivered events of every topic have been processed.
        var after = await system.Api.PlaceAndEndAsync(Api.Order("product-7", saga: "choreography"));
        await system.Api.DoAsync($"/api/orders/{after.OrderId}/cancel");
        await system.Api.WhenAsync(after.OrderId, "cancelled");

        Assert.Equal(events, await system.Api.EventsAsync(order.OrderId));
        Assert.Equal(stock, await system.Api.ProductsAsync());
        Assert.Equal(status == "cancelled" ? 0 : order.Total, system.Ledger.Payments().GetValueOrDefault(order.OrderId)?.Kept ?? 0);
        Assert.Equal(
            status switch
            {
                "confirmed" => "arranged",
                "delivered" => "delivered",
                _ => null,
            },
            system.Ledger.Shipments().GetValueOrDefault(order.OrderId)?.Status is ("arranged" or "delivered") and var moved ? moved : null
        );
    }

    [Fact]
    public async Task Redelivering_a_customers_events_out_of_order_changes_nothing()
    {
        var customer = await system.Api.RegisterAsync("Old Name");
        var order = await system.Api.PlaceAndEndAsync(Api.Order(customer: customer));
        await system.Api.ChangeCustomerAsync(customer, "New Name");
        await Wait.UntilAsync("the list has the new name", async () => await ListedNameAsync(customer, order.OrderId) == "New Name");

        using var sidecar = system.SidecarOf("orders");
        foreach (var (type, name, version) in CustomerEvents)
        {
            await sidecar.PublishAsync(
                "customers",
                type,
                customer,
                new
                {
                    eventId = $"{customer}:{version}",
                    version,
                    occurredAt = DateTimeOffset.UnixEpoch,
                    customerId = customer,
                    name,
                }
            );
        }
        // The next event of the same subject is unreadable: once it is a dead letter, the events before it have been processed.
        var last = await PoisonAsync(sidecar, "customers", "customer.changed", customer, "{}");
        await LetterAsync($"orders.{last}");
        Assert.Equal("New Name", await ListedNameAsync(customer, order.OrderId));
        await system.Api.DoAsync($"/api/operations/dead-letters/orders.{last}/discard", new { note = "it was only to come last" });
    }

    [Fact]
    public void The_redelivered_events_include_all_events_of_the_contracts()
    {
        var orders = new[] { ("confirmed", "customer-1"), ("cancelled", "customer-1"), ("delivered", "customer-1") }.Select(
            one => new OrderView("order", one.Item2, one.Item1, "choreography", [], 0, "EUR", [], null, null)
        );
        var again = orders
            .SelectMany(order => AllEvents(order, "tok_ok"))
            .Select(received => received.Type)
            .Concat(CustomerEvents.Select(received => received.Type))
            .Distinct()
            .Order();
        Assert.Equal(
            Directory
                .EnumerateFiles(Path.Combine(Repository.Root, "contracts/events"), "*.json")
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Order(),
            again
        );
    }

    private static readonly (string Type, string Name, int Version)[] CustomerEvents =
    [
        ("customer.changed", "New Name", 2),
        ("customer.changed", "New Name", 2),
        ("customer.registered", "Old Name", 1),
        ("customer.registered", "Old Name", 1),
    ];

    private async Task<string?> ListedNameAsync(string customer, string orderId) =>
        (await system.Api.ReadAsync<ListOf<OrderView>>($"/api/orders?customerId={customer}"))
            .Items.FirstOrDefault(one => one.OrderId == orderId)
            ?.CustomerName;

    /// <summary>Publishes an event that no handler can read, and returns its id.</summary>
    private static async Task<string> PoisonAsync(AppSidecar sidecar, string topic, string type, string? subject, string data)
    {
        var id = Guid.NewGuid().ToString();
        await sidecar.PublishAsync(
            topic,
            JsonSerializer.Serialize(
                new
                {
                    id,
                    source = "tests",
                    specversion = "1.0",
                    type,
                    subject = subject ?? id,
                    saga = "choreography",
                    datacontenttype = "application/json",
                    data = JsonSerializer.Deserialize<JsonElement>(data),
                    topic,
                    pubsubname = "events",
                }
            )
        );
        return id;
    }

    private Task LetterAsync(params string[] ids)
    {
        var answer = "";
        return Wait.ForAsync(
            $"{string.Join(" and ", ids)} are dead letters",
            async () =>
            {
                using var read = await system.Api.GetAsync("/api/operations/dead-letters?limit=100");
                answer = $"{(int)read.StatusCode} {await read.Content.ReadAsStringAsync()}";
                return read.IsSuccessStatusCode && ids.All(id => answer.Contains($"\"{id}\"", StringComparison.Ordinal)) ? answer : null;
            },
            () => answer
        );
    }

    /// <summary>Cancels a confirmed order or completes it, and returns it.</summary>
    private async Task<OrderView> MoveAsync(string orderId, string status)
    {
        if (status == "cancelled")
        {
            await system.Api.DoAsync($"/api/orders/{orderId}/cancel");
        }
        else
        {
            await system.Api.DoAsync($"/api/operations/shipments/{orderId}/ship");
            await system.Api.WhenAsync(orderId, "shipped");
            await system.Api.DoAsync($"/api/operations/shipments/{orderId}/deliver");
        }
        await system.Api.WhenAsync(orderId, status);
        await Wait.UntilAsync("inventory has received the event", async () =>
            status == "cancelled" || (await system.Api.ProductAsync("product-7")).Sold > 0
        );
        return await system.Api.OrderAsync(orderId);
    }

    [Theory]
    [InlineData("""{"orderId":7}""")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task A_poisoned_message_is_dead_lettered_immediately_and_delays_no_other_message(string data)
    {
        using var orders = system.SidecarOf("orders");
        var begun = Stopwatch.GetTimestamp();
        var id = await PoisonAsync(orders, "orders-choreography", "order.created", null, data);

        await LetterAsync($"inventory.{id}", $"orders.{id}");
        Assert.True(
            Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(25),
            $"it was retried for {Stopwatch.GetElapsedTime(begun)}, although a retry can't help"
        ); // all attempts of a delivery take half a minute
        Assert.Equal("confirmed", (await system.Api.PlaceAndEndAsync(Api.Order(saga: "choreography"))).Status);
        await system.Api.DoAsync($"/api/operations/dead-letters/inventory.{id}/discard", new { note = "poison" });
        await system.Api.DoAsync($"/api/operations/dead-letters/orders.{id}/discard", new { note = "poison" });
    }

    private static IEnumerable<(string Topic, string Type, object Data)> AllEvents(OrderView order, string token)
    {
        var items = order.Items.Select(item => new { item.ProductId, item.Quantity }).ToList();
        var destination = new
        {
            name = "Ada",
            line1 = "Main St 1",
            city = "Graz",
            postalCode = "8010",
            country = order.CustomerId == "customer-3" ? "XX" : "AT",
        };
        object About(string type, string suffix = "") =>
            new
            {
                eventId = $"{order.OrderId}:{type}{suffix}",
                version = 1,
                occurredAt = DateTimeOffset.UnixEpoch,
                orderId = order.OrderId,
            };
        yield return (
            "orders",
            "order.created",
            new
            {
                eventId = $"{order.OrderId}:1",
                version = 1,
                occurredAt = DateTimeOffset.UnixEpoch,
                orderId = order.OrderId,
                customerId = order.CustomerId,
                items,
            }
        );
        yield return (
            "orders",
            "order.payment-requested",
            new
            {
                eventId = $"{order.OrderId}:2",
                version = 2,
                occurredAt = DateTimeOffset.UnixEpoch,
                orderId = order.OrderId,
                amount = order.Total,
                currency = "EUR",
                paymentToken = token,
                round = 1,
            }
        );
        if (token == "tok_ok")
        {
            yield return (
                "orders",
                "order.shipment-requested",
                new
                {
                    eventId = $"{order.OrderId}:3",
                    version = 3,
                    occurredAt = DateTimeOffset.UnixEpoch,
                    orderId = order.OrderId,
                    destination,
                    round = 1,
                }
            );
        }
        if (order.Status == "cancelled")
        {
            yield return ("orders", "order.refund-requested", About("refund-again"));
            yield return ("orders", "order.release-requested", About("release-again"));
            if (token == "tok_ok" && order.CustomerId != "customer-3")
            {
                yield return ("orders", "order.shipment-cancellation-requested", About("shipment-cancellation-again"));
            }
        }
        if (order.Status == "delivered")
        {
            yield return ("orders", "order.shipped", About("order.shipped"));
            yield return ("orders", "order.delivered", About("order.delivered"));
            yield return ("inventory", "inventory.sold", About("inventory.sold"));
            yield return ("shipments", "shipment.shipped", About("shipment.shipped"));
            yield return ("shipments", "shipment.delivered", About("shipment.delivered"));
        }
        foreach (
            var type in new[]
            {
                "order.confirmed",
                "order.cancelled",
                "order.cancellation-requested",
                "order.cancellation-refused",
                "order.approval-requested",
                "order.approved",
                "order.rejected",
                "order.intervention-required",
                "order.intervention-decided",
            }
        )
        {
            yield return ("orders", type, About(type));
        }
        foreach (var type in new[] { "inventory.reserved", "inventory.reservation-failed", "inventory.released" })
        {
            yield return ("inventory", type, About(type));
        }
        foreach (
            var type in new[]
            {
                "payment.completed",
                "payment.failed",
                "payment.refunded",
                "payment.refund-failed",
                "payment.refund-decided",
            }
        )
        {
            yield return ("payments", type, About(type, type == "payment.refund-failed" ? ":1" : ""));
        }
        foreach (var type in new[] { "shipment.arranged", "shipment.refused", "shipment.cancelled" })
        {
            yield return ("shipments", type, About(type));
        }
    }
}
