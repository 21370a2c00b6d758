namespace EndToEnd.Orders;

/// <summary>Auditor of a shop: compares orders, stock, payments, shipments and lists, and reports each contradiction.</summary>
internal static class Auditor
{
    /// <summary>The status of an order that waits for an operator, and of whose steps any may be undone.</summary>
    private const string Intervention = "intervention";

    public static IReadOnlyList<string> Audit(ShopState shop) =>
        [.. Once(shop), .. Stock(shop), .. Money(shop), .. Shipments(shop), .. shop.Orders.SelectMany(Stream), .. Lists(shop)];

    /// <summary>Order ids are unique: if two accepted orders have the same id, one of them is lost.</summary>
    private static IEnumerable<string> Once(ShopState shop) =>
        shop
            .Orders.GroupBy(audited => audited.Order.OrderId)
            .Where(same => same.Count() > 1)
            .Select(same => $"order {same.Key} was accepted {same.Count()} times");

    /// <summary>
    /// What is confirmed is held until it is shipped, and sold from then on. The stock was read before the shipments, so it may not know
    /// the latest of them. What waits for an operator may be held or not.
    /// </summary>
    private static IEnumerable<string> Stock(ShopState shop)
    {
        var confirmed = Quantities(shop.Orders.Select(audited => audited.Order).Where(order => order.IsConfirmed));
        var undecided = Quantities(All(shop).Where(order => order.Status == Intervention));
        var onTheWay = shop.Shipments.Where(IsOnTheWay).Select(shipment => shipment.OrderId).ToHashSet();
        var shipped = Quantities(All(shop).Where(order => onTheWay.Contains(order.OrderId)));
        foreach (var before in shop.Before)
        {
            var quantity = confirmed.GetValueOrDefault(before.ProductId);
            var after = shop.After.Single(product => product.ProductId == before.ProductId);
            quantity += Math.Clamp(before.Available - after.Available - quantity, 0, undecided.GetValueOrDefault(before.ProductId));
            var sold = Math.Clamp(after.Sold - before.Sold, 0, shipped.GetValueOrDefault(before.ProductId));
            var expected = (before.Available - quantity, before.Reserved + quantity - sold, before.Sold + sold);
            if ((after.Available, after.Reserved, after.Sold) != expected)
            {
                yield return $"{before.ProductId}: available, reserved and sold are {(after.Available, after.Reserved, after.Sold)}, and by the orders {expected}";
            }
        }
    }

    private static Dictionary<string, int> Quantities(IEnumerable<OrderView> orders) =>
        orders
            .SelectMany(order => order.Items)
            .GroupBy(item => item.ProductId)
            .ToDictionary(items => items.Key, items => items.Sum(item => item.Quantity));

    private static bool IsOnTheWay(ShipmentBooking shipment) => shipment.Status is "shipped" or "delivered";

    private static IEnumerable<string> Money(ShopState shop)
    {
        var orders = All(shop).ToDictionary(order => order.OrderId);
        foreach (var stranger in shop.Payments.Where(booking => booking.Kept > 0 && !orders.ContainsKey(booking.OrderId)))
        {
            yield return $"{stranger.Kept} are kept for {stranger.OrderId}, which is no order";
        }
        foreach (var order in orders.Values)
        {
            var due = order.IsConfirmed ? order.Total : 0;
            var kept = shop.Payments.Where(booking => booking.OrderId == order.OrderId).Sum(booking => booking.Kept);
            if (order.Status != Intervention && kept != due)
            {
                yield return $"order {order.OrderId} is {order.Status}: {kept} are kept of {due}";
            }
        }
    }

    private static IEnumerable<string> Shipments(ShopState shop)
    {
        var arranged = shop
            .Shipments.Where(shipment => shipment.Status == "arranged" || IsOnTheWay(shipment))
            .Select(shipment => shipment.OrderId)
            .ToList();
        var orders = All(shop).ToDictionary(order => order.OrderId);
        var confirmed = orders.Values.Where(order => order.IsConfirmed).Select(order => order.OrderId).ToList();
        return
        [
            .. confirmed.Except(arranged).Select(orderId => $"order {orderId} is confirmed and has no shipment"),
            .. arranged
                .Except(confirmed)
                .Select(orderId => (orderId, status: orders.GetValueOrDefault(orderId)?.Status ?? "no order"))
                .Where(shipped => shipped.status != Intervention)
                .Select(shipped => $"a shipment is arranged for {shipped.orderId}, which is {shipped.status}"),
        ];
    }

    /// <summary>An event stream begins with order.created, ends with the order's status, and has each of these events once.</summary>
    private static IEnumerable<string> Stream(AuditedOrder audited)
    {
        // Requests to cancel may come at any time and do not decide the end.
        var order = audited.Order;
        var events = audited.Events.Where(@event => !@event.StartsWith("order.cancellation-", StringComparison.Ordinal)).ToList();
        if (order.Status == Intervention)
        {
            yield break; // waits for an operator
        }
        var said = $"order {order.OrderId} is {order.Status}, and its events are {string.Join(' ', audited.Events)}";
        if (events is not ["order.created", ..] || events[^1] != $"order.{order.Status}")
        {
            yield return said;
        }
        else if (
            events
                .Where(@event =>
                    @event is "order.created" or "order.confirmed" or "order.cancelled" or "order.shipped" or "order.delivered"
                )
                .GroupBy(@event => @event)
                .Any(same => same.Count() > 1)
        )
        {
            yield return $"{said}: one is there twice";
        }
        else if (
            order.Saga == "orchestration"
            && events.Count(@event =>
                @event is not ("order.approval-requested" or "order.approved" or "order.shipped" or "order.delivered")
            ) != (events.Contains("order.confirmed") && order.Status == "cancelled" ? 3 : 2)
        )
        {
            yield return $"{said}: more than an orchestrated saga publishes";
        }
    }

    private static IEnumerable<string> Lists(ShopState shop)
    {
        foreach (var missing in shop.Orders.Select(audited => audited.Order.OrderId).Except(shop.Listed))
        {
            yield return $"order {missing} is in no list";
        }
        foreach (var twice in shop.Listed.GroupBy(orderId => orderId).Where(same => same.Count() > 1))
        {
            yield return $"order {twice.Key} is listed {twice.Count()} times";
        }
    }

    private static IEnumerable<OrderView> All(ShopState shop) =>
        shop.Orders.Select(audited => audited.Order).Concat(shop.Earlier).DistinctBy(order => order.OrderId);
}
