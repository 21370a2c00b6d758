using System.Text.Json.Nodes;
using Gateway.Routing;

namespace Gateway.Aggregation;

/// <summary>An order together with its customer. Without the customer's service the order is still worth showing.</summary>
internal static class OrderDetails
{
    public static void MapOrderDetails(this IEndpointRouteBuilder routes) => routes.MapGet("/api/orders/{orderId}", GetAsync);

    private static async Task GetAsync(string orderId, OrdersClient orders, CustomersClient customers, HttpContext context)
    {
        using var found = await orders.GetAsync(orderId, context.RequestAborted);
        if (!found.IsSuccessStatusCode)
        {
            await PassOnAsync(context, found);
            return;
        }
        var order = (await JsonNode.ParseAsync(await found.Content.ReadAsStreamAsync(context.RequestAborted), cancellationToken: context.RequestAborted))!.AsObject();
        using var customer = await customers.GetAsync((string)order["customerId"]!, context.RequestAborted);
        if (customer.IsSuccessStatusCode)
        {
            order["customer"] = await JsonNode.ParseAsync(await customer.Content.ReadAsStreamAsync(context.RequestAborted), cancellationToken: context.RequestAborted);
        }
        await context.Response.WriteAsJsonAsync(order, context.RequestAborted);
    }

    private static async Task PassOnAsync(HttpContext context, HttpResponseMessage response)
    {
        if (Unavailable.IsOfSidecar(response))
        {
            await Unavailable.WriteAsync(context);
            return;
        }
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
