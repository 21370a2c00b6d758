using System.Text.Json.Nodes;
using Gateway.Forwarding;
using Gateway.Resilience;
using ServiceDefaults.Identity;
using ServiceDefaults.Limits;

namespace Gateway.Aggregation;

/// <summary>
/// An order together with its customer. A customer's orders are the customer's own, so both are asked for at once; for an operator the
/// order names its customer. Without the customers' service the order is still worth showing.
/// </summary>
internal static class OrderDetails
{
    public static void MapOrderDetails(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/orders/{orderId}", GetAsync)
            .RequireAuthorization(Roles.Customer)
            .WithMetadata(WaitsForEnd.Instance)
            .GuardedBy("orders");

    private static async Task GetAsync(string orderId, OrdersClient orders, CustomerCache customers, HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var own = context.User.IsOperator() ? null : customers.FindAsync(context, context.User.Name()!, cancellation);
        using var found = await orders.GetAsync(context, orderId, cancellation);
        if (!found.IsSuccessStatusCode)
        {
            if (own is not null)
            {
                await own;
            }
            await SidecarFailure.PassOnAsync(context, found);
            return;
        }
        var order = (
            await JsonNode.ParseAsync(await found.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation)
        )!.AsObject();
        if (await (own ?? customers.FindAsync(context, (string)order["customerId"]!, cancellation)) is { } customer)
        {
            order["customer"] = JsonNode.Parse(customer);
        }
        await context.Response.WriteAsJsonAsync(order, cancellation);
    }
}
