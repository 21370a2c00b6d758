using System.Runtime.CompilerServices;
using Gateway.Limits;
using Grpc.Core;
using Grpc.Net.Client;
using Orders.V1;
using ServiceDefaults.Identity;
using ServiceDefaults.Requests;
using ServiceDefaults.Refusals;

namespace Gateway.Aggregation;

/// <summary>
/// Orders as server-sent events, the existing ones first and, with <c>follow=true</c>, then what comes: over gRPC from the app
/// orders-grpc, whose streams HTTP has no match for.
/// </summary>
internal static class OrderFeed
{
    public const string AppId = "orders-grpc";

    public static void AddOrderFeed(this IServiceCollection services)
        => services.AddSingleton(provider => new OrderService.OrderServiceClient(GrpcChannel.ForAddress(SidecarAddress.Grpc(provider.GetRequiredService<IConfiguration>()))));

    public static void MapOrderFeed(this IEndpointRouteBuilder routes) => routes.MapGet("/api/orders/stream", StreamAsync).RequireAuthorization(Roles.Customer).WithMetadata(LongLived.Instance);

    private static async Task<IResult> StreamAsync(string? customerId, bool? follow, OrderService.OrderServiceClient orders, IConfiguration configuration, HttpContext context)
    {
        if (customerId is not null && !context.User.ToCaller().MaySee(customerId))
        {
            return new Refusal(StatusCodes.Status403Forbidden, "customer-not-yours", "A customer streams the customer's own orders; leave customerId out, or give your own.").ToProblem();
        }
        var call = orders.StreamOrders(new StreamOrdersRequest { CustomerId = customerId ?? "", Follow = follow == true }, Headers(context, configuration["DAPR_API_TOKEN"]), cancellationToken: context.RequestAborted);
        context.Response.RegisterForDispose(call);
        try
        {
            // What is refused is refused before the first word of the answer; a stream that follows may have nothing to say yet.
            var first = call.ResponseStream.MoveNext(context.RequestAborted);
            if (follow != true || await Task.WhenAny(first, call.ResponseHeadersAsync) == first)
            {
                await first;
            }
            return TypedResults.ServerSentEvents(ReadAsync(call.ResponseStream, first, context.RequestAborted), "order");
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.InvalidArgument)
        {
            return Refusal.Invalid("request-invalid", e.Status.Detail).ToProblem();
        }
        catch (RpcException) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.RetryAfter = "1";
            return new Refusal(StatusCodes.Status503ServiceUnavailable, "unavailable", "The service is not available right now; try again.").ToProblem();
        }
    }

    private static async IAsyncEnumerable<object> ReadAsync(IAsyncStreamReader<Order> orders, Task<bool> first, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var more = await first; more; more = await NextAsync(orders, cancellation))
        {
            var order = orders.Current;
            yield return new { order.OrderId, order.CustomerId, order.Status, order.Saga, Items = order.Items.Select(item => new { item.ProductId, item.Quantity, UnitPrice = item.Price }), Total = order.TotalAmount, order.Currency, CreatedAt = DateTimeOffset.FromUnixTimeSeconds(order.CreatedAt) };
        }
    }

    /// <summary>The stream's end is the same to a listener, whoever ended it: the answer has begun and can't turn into an error.</summary>
    private static async Task<bool> NextAsync(IAsyncStreamReader<Order> orders, CancellationToken cancellation)
    {
        try
        {
            return await orders.MoveNext(cancellation);
        }
        catch (RpcException)
        {
            return false;
        }
    }

    /// <summary>The user's own token goes on: the gRPC face checks it by the same rules.</summary>
    public static Metadata Headers(HttpContext context, string? token)
    {
        var headers = new Metadata { { "dapr-app-id", AppId }, { "authorization", context.Request.Headers.Authorization.ToString() }, { RequestId.Header, RequestId.Current! } };
        if (!string.IsNullOrEmpty(token))
        {
            headers.Add("dapr-api-token", token);
        }
        return headers;
    }
}
