using System.Text.Json;
using Gateway.Aggregation;
using Gateway.Forwarding;
using Grpc.Core;
using Grpc.Net.Client;
using Orders.V1;
using ServiceDefaults;
using ServiceDefaults.Identity;
using ServiceDefaults.Limits;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Gateway.Streaming;

/// <summary>
/// Sends orders as server-sent events in the shape of the list: existing orders first, the newest of them first, then changes if
/// <c>follow=true</c>. The <c>id</c> of an event is a <see cref="StreamPosition"/>, from which a client continues with
/// <c>Last-Event-ID</c>. The app orders-grpc reports changes over gRPC; the orders service returns the orders.
/// </summary>
internal static class OrderFeed
{
    public const string AppId = "orders-grpc";

    /// <summary>The time limit for the first message of the app orders-grpc, which confirms the subscription.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    public static void AddOrderFeed(this IServiceCollection services) =>
        services.AddSingleton(provider => new OrderService.OrderServiceClient(
            GrpcChannel.ForAddress(SidecarAddress.Grpc(provider.GetRequiredService<IConfiguration>()))
        ));

    public static void MapOrderFeed(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/orders/stream", StreamAsync).RequireAuthorization(Roles.Customer).WithMetadata(LongLived.Instance);

    internal static async Task<IResult> StreamAsync(
        string? customerId,
        bool? follow,
        OrderService.OrderServiceClient changes,
        OrdersClient orders,
        IConfiguration configuration,
        TimeProvider time,
        HttpContext context
    )
    {
        if (customerId is not null && !context.User.ToCaller().MaySee(customerId))
        {
            return Refusal
                .Forbidden("customer-not-yours", "A customer streams the customer's own orders; leave customerId out, or give your own.")
                .ToProblem();
        }
        var begun = time.GetUtcNow();
        AsyncServerStreamingCall<Order>? live = null;
        if (follow == true)
        {
            live = changes.StreamOrders(
                new StreamOrdersRequest
                {
                    CustomerId = customerId ?? "",
                    Follow = true,
                    ChangesOnly = true,
                },
                Headers(context, configuration["DAPR_API_TOKEN"]),
                cancellationToken: context.RequestAborted
            );
            context.Response.RegisterForDispose(live);
            if (await RefusalAsync(live, context) is { } refusal)
            {
                return refusal;
            }
        }
        // What is refused is refused before the first word of the answer.
        using var first = await orders.ListAsync(context, customerId, null, context.RequestAborted);
        if (!first.IsSuccessStatusCode)
        {
            await SidecarFailure.PassOnAsync(context, first);
            return TypedResults.Empty;
        }
        var page = await ReadAsync(first, context.RequestAborted);
        var stream = new OrderStream(orders, context, customerId, begun, StreamPosition.Parse(context.Request.Headers["Last-Event-ID"]));
        return new ServerSentEvents(stream.ReadAsync(page, live?.ResponseStream, context.RequestAborted), time);
    }

    /// <summary>Null once the app has said, by a first empty message, that it misses nothing from now on.</summary>
    private static async Task<IResult?> RefusalAsync(AsyncServerStreamingCall<Order> live, HttpContext context)
    {
        var cancellation = context.RequestAborted;
        try
        {
            return await live.ResponseStream.MoveNext(cancellation).WaitAsync(MaxWait, cancellation) ? null : new Unavailable();
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.InvalidArgument)
        {
            return Refusal.Invalid("request-invalid", e.Status.Detail).ToProblem();
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.ResourceExhausted)
        {
            context.Response.Headers.RetryAfter = e.Trailers.GetValue("retry-after") ?? "1";
            return Problem.Of(StatusCodes.Status429TooManyRequests, e.Trailers.GetValue("code") ?? "rate-limited", e.Status.Detail);
        }
        catch (Exception e) when (e is RpcException or TimeoutException && !cancellation.IsCancellationRequested)
        {
            return new Unavailable();
        }
    }

    public static async Task<OrderPage> ReadAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        (await response.Content.ReadFromJsonAsync<OrderPage>(Json.Options, cancellation))!;

    /// <summary>Forwards the user's token: orders-grpc checks it by the same rules.</summary>
    public static Metadata Headers(HttpContext context, string? token)
    {
        var headers = new Metadata
        {
            { "dapr-app-id", AppId },
            { "authorization", context.Request.Headers.Authorization.ToString() },
            { RequestId.Header, RequestId.Current! },
        };
        if (!string.IsNullOrEmpty(token))
        {
            headers.Add("dapr-api-token", token);
        }
        return headers;
    }

    private sealed class Unavailable : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => SidecarFailure.WriteAsync(httpContext, timedOut: false);
    }
}

/// <summary>A page of the list of orders, each as the service wrote it.</summary>
internal sealed record OrderPage(IReadOnlyList<JsonElement> Items, string? NextCursor);
