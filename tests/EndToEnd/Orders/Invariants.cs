using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>What must hold after every fault, over all orders of a system and the stock it began with.</summary>
internal static class Invariants
{
    public static async Task HoldAsync(OrderSystem system, IReadOnlyList<ProductView> initial, IReadOnlyList<string> orderIds)
    {
        Assert.Equal(orderIds.Count, orderIds.Distinct().Count());
        var orders = new List<OrderView>();
        foreach (var orderId in orderIds)
        {
            orders.Add(await system.Api.EndOfAsync(orderId));
        }
        var confirmed = orders.Where(order => order.Status == "confirmed").ToList();
        await StockAddsUpAsync(system.Api, initial, confirmed);
        MoneyAddsUp(system.Books, orders);
        ShipmentsAddUp(system.Books, orders);
        foreach (var order in orders.Where(order => order.Status != "intervention"))
        {
            var events = await system.Api.EventsAsync(order.OrderId);
            Assert.Equal(("order.created", $"order.{order.Status}"), (events[0], events[^1]));
            Assert.Single(events, happened => happened is "order.confirmed" or "order.cancelled");
            Assert.True(order.Saga == "choreography" || events.Count(happened => happened is not ("order.approval-requested" or "order.approved")) == 2, $"{order.OrderId}: {string.Join(' ', events)}");
        }
        await system.Api.ListedAsync("limit=100", [.. orders.Select(order => order.OrderId)], inOrder: false);
    }

    private static async Task StockAddsUpAsync(Api api, IReadOnlyList<ProductView> initial, List<OrderView> confirmed)
    {
        var held = confirmed.SelectMany(order => order.Items).GroupBy(item => item.ProductId).ToDictionary(items => items.Key, items => items.Sum(item => item.Quantity));
        var expected = initial.Select(product => (product.ProductId, Available: product.Available - held.GetValueOrDefault(product.ProductId), Reserved: product.Reserved + held.GetValueOrDefault(product.ProductId), product.Sold));
        Assert.Equal(expected, (await api.ProductsAsync()).Select(product => (product.ProductId, product.Available, product.Reserved, product.Sold)));
    }

    private static void MoneyAddsUp(Books books, List<OrderView> orders)
    {
        var payments = books.Payments();
        var expected = orders.Select(order => (order.OrderId, order.Status, Kept: order.Status == "confirmed" ? order.Total : 0));
        Assert.Equal(expected, orders.Select(order => (order.OrderId, order.Status, payments.GetValueOrDefault(order.OrderId)?.Kept ?? 0)));
        Assert.Equal(expected.Sum(order => order.Kept), payments.Values.Sum(booking => booking.Kept));
    }

    private static void ShipmentsAddUp(Books books, List<OrderView> orders)
    {
        var shipments = books.Shipments();
        var arranged = shipments.Values.Where(shipment => shipment.Status == "arranged").Select(shipment => shipment.OrderId);
        Assert.Equal(orders.Where(order => order.Status == "confirmed").Select(order => order.OrderId).Order(), arranged.Order());
    }
}
