using Orders.Views;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Queries;

/// <summary>A customer's requests reach the customer's own orders; any other is not there.</summary>
internal sealed class OwnOrders(OrderQueries queries) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (Caller.CustomerOf(http.Request) is null)
        {
            return await next(context);
        }
        var orderId = (string)http.Request.RouteValues["orderId"]!;
        var shown = Shown(http.Request, orderId, await queries.FindAsync(orderId, http.RequestAborted));
        return shown.Refusal is { } refusal ? refusal.ToProblem() : await next(context);
    }

    public static Outcome<OrderView> Shown(HttpRequest request, string orderId, Outcome<OrderView> found)
        => found.Value is { } order && !Caller.MaySee(request, order.CustomerId) ? OrderQueries.Missing(orderId) : found;
}
