using Orders.Views;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Queries;

/// <summary>A customer's requests reach the customer's own orders; any other is not there.</summary>
internal sealed class OrderOwnershipFilter(OrderQueries queries) : IEndpointFilter
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
        var shown = Shown(caller, orderId, await queries.FindAsync(orderId, http.RequestAborted));
        return shown.Refusal is { } refusal ? refusal.ToProblem() : await next(context);
    }

    public static Outcome<OrderView> Shown(Caller caller, string orderId, Outcome<OrderView> found) =>
        found.Value is not { } order ? found
        : caller.MaySee(order.CustomerId) ? order.For(caller)
        : OrderQueries.Missing(orderId);
}
