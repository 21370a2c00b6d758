using Console.Edge;
using Console.Identity;

namespace Console.Orders;

/// <summary>
/// Pages of the read model. It filters by customer and status; the kind of saga and the time are looked at here, on as many of its pages
/// as one page needs, up to a limit.
/// </summary>
internal static class OrderLists
{
    private const int Shown = 20;
    private const int AtOnce = 100;
    private const int MaxPages = 10;

    public static async Task<Answer<PageOf<OrderView>>> ReadAsync(
        UserGateway gateway,
        OrderQuery query,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var narrowed = query.Saga is not null || query.Within is not null;
        var found = new List<OrderView>();
        var cursor = query.Cursor;
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var answer = await gateway.GetAsync<PageOf<OrderView>>(PathOf(query, cursor, narrowed ? AtOnce : Shown), cancellation);
            if (answer.Value is not { } page)
            {
                return answer;
            }
            found.AddRange(
                page.Items.Where(order =>
                    (query.Saga is null || order.Saga == query.Saga) && (query.Within is not { } within || order.CreatedAt >= now - within)
                )
            );
            cursor = page.NextCursor;
            if (found.Count >= Shown || cursor is null || IsOlder(page, query.Within, now))
            {
                break;
            }
        }
        return new Answer<PageOf<OrderView>>(new PageOf<OrderView>(found, cursor), null);
    }

    /// <summary>The newest come first: after an order that is too old there is none that is not.</summary>
    private static bool IsOlder(PageOf<OrderView> page, TimeSpan? within, DateTimeOffset now) =>
        within is { } longest && page.Items.Any(order => order.CreatedAt < now - longest);

    private static string PathOf(OrderQuery query, string? cursor, int limit) =>
        $"/api/orders?limit={limit}{Part("customerId", query.Customer)}{Part("status", query.Status)}{Part("cursor", cursor)}";

    private static string Part(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
