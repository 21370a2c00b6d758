using Grpc.Core;
using Orders.Grpc.Following;
using Orders.Grpc.Services;
using Orders.V1;
using ServiceDefaults.Events;
using ServiceDefaults.Identity;
using ServiceDefaults.Requests;

namespace Orders.Grpc.Serving;

/// <summary>The gRPC face of orders: translates, and decides nothing.</summary>
internal sealed class OrderServing(OrdersClient orders, OrderFeed feed, IConfiguration configuration, TimeProvider time)
    : OrderService.OrderServiceBase
{
    /// <summary>The longest key that orders takes.</summary>
    private const int MaxKeyLength = 255;

    public override async Task<CreateOrderResponse> CreateOrder(CreateOrderRequest request, ServerCallContext context)
    {
        if (request.IdempotencyKey.Length > MaxKeyLength || request.IdempotencyKey.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw Invalid($"idempotency_key must have at most {MaxKeyLength} characters, all of them printable ASCII.");
        }
        var order = new
        {
            CustomerId = request.CustomerId.Length > 0 ? request.CustomerId : null,
            Items = request.Items.Select(item => new { item.ProductId, item.Quantity }),
            PaymentToken = request.PaymentToken.Length > 0 ? request.PaymentToken : configuration["Orders:PaymentToken"],
            Saga = request.Saga.Length > 0 ? request.Saga : null,
        };
        // The sidecar repeats a call whose answer is lost, and without a key each repetition would be another order.
        var key = request.IdempotencyKey.Length > 0 ? request.IdempotencyKey : Guid.NewGuid().ToString("N");
        var placed = await orders.PlaceAsync(order, key, context.Caller(), context.CancellationToken);
        return new CreateOrderResponse { OrderId = placed.OrderId, Status = placed.Status };
    }

    public override async Task<Order> GetOrder(GetOrderRequest request, ServerCallContext context) =>
        Identifier.Check(request.OrderId, "order_id", "id-invalid") is { } refusal
            ? throw Invalid(refusal.Detail)
            : Messages.Of(await orders.FindAsync(request.OrderId, context.Caller(), context.CancellationToken));

    private static RpcException Invalid(string detail) => new(new Status(StatusCode.InvalidArgument, detail));

    /// <summary>Listens before it lists, so that nothing falls between the two; an order that arrives twice is sent once.</summary>
    public override async Task StreamOrders(StreamOrdersRequest request, IServerStreamWriter<Order> responses, ServerCallContext context)
    {
        var caller = context.Caller();
        var customerId = request.CustomerId.Length > 0 ? request.CustomerId : caller.CustomerId ?? "";
        if (!caller.MaySee(customerId))
        {
            throw new RpcException(
                new Status(
                    StatusCode.PermissionDenied,
                    "A customer streams the customer's own orders; leave customer_id out, or give your own."
                )
            );
        }
        using var expired = new CancellationTokenSource(context.GetHttpContext().User.TokenLeft(time.GetUtcNow()), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expired.Token, context.CancellationToken);
        try
        {
            await SendAsync(request, customerId, responses, caller, either.Token);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The caller has had enough: the usual end of a stream that follows.
        }
        catch (OperationCanceledException) when (expired.IsCancellationRequested)
        {
            throw new RpcException(
                new Status(StatusCode.Unauthenticated, "The token of this stream has expired; open it again with a new one.")
            );
        }
    }

    /// <summary>Sends the orders, then their changes.</summary>
    /// <param name="cancellation">Also ends a stream whose client does not read: it would keep its place after the token.</param>
    private async Task SendAsync(
        StreamOrdersRequest request,
        string customerId,
        IServerStreamWriter<Order> responses,
        Caller caller,
        CancellationToken cancellation
    )
    {
        var sent = new SentChanges(time.GetUtcNow());
        using var live = request.Follow ? feed.Follow(customerId) : null;
        if (live is not null && request.ChangesOnly)
        {
            // a message, because proxies hold headers back until there is one
            await responses.WriteAsync(new Order(), cancellation);
        }
        for (var (more, cursor) = (live is null || !request.ChangesOnly, (string?)null); more; )
        {
            var page = await orders.ListAsync(customerId, cursor, caller, cancellation);
            foreach (var order in page.Items)
            {
                await SendOnceAsync(order);
            }
            (more, cursor) = (page.NextCursor is not null, page.NextCursor);
        }
        if (live is null)
        {
            return;
        }
        await foreach (var order in live.ReadAllAsync(cancellation))
        {
            await SendOnceAsync(order);
        }

        async Task SendOnceAsync(FoundOrder order)
        {
            if (live is null || sent.Add(order.OrderId, order.UpdatedAt))
            {
                await responses.WriteAsync(Messages.Of(order), cancellation);
            }
        }
    }
}
