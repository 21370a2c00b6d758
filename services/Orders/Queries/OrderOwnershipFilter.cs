using Orders.Streams;
using Orders.Views;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Queries;

/// <summary>
/// A customer's requests reach the customer's own orders; any other is not there. The stream of the order is enough to know its customer: a
/// cancellation does not wait for the workflow.
/// </summary>
internal sealed class OrderOwnershipFilter(OrderStreams streams) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var caller = Caller.Of(http);
        if (caller is not Caller.Customer)
        {
            return await next(context);
        }
        var orderId = (string)http.Request.RouteValues["orderId"]!;
        var order = (await streams.FindAsync(orderId, http.RequestAborted))?.Fold();
        return order is not null && caller.MaySee(order.CustomerId) ? await next(context) : OrderQueries.Missing(orderId).ToProblem();
    }

    public static Outcome<OrderView> Shown(Caller caller, string orderId, Outcome<OrderView> found) =>
        found.Value is not { } order ? found
        : caller.MaySee(order.CustomerId) ? order.For(caller)
        : OrderQueries.Missing(orderId);
}
