using System.Diagnostics;
using EndToEnd.Edge;
using EndToEnd.Systems;
using Grpc.Core;
using Grpc.Net.Client;
using Orders.V1;
using Line = Orders.V1.OrderItem;

namespace EndToEnd.Orders;

/// <summary>Tests of orders over gRPC, called through a sidecar like any app.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class GrpcTests : IDisposable
{
    private readonly OrderSystem system;
    private readonly AppSidecar sidecar;
    private readonly GrpcChannel channel;
    private readonly OrderService.OrderServiceClient orders;

    public GrpcTests(SharedSystem shared)
    {
        system = shared.System;
        sidecar = system.SidecarOf("gateway");
        channel = GrpcChannel.ForAddress(sidecar.GrpcAddress);
        orders = new OrderService.OrderServiceClient(channel);
    }

    private Metadata Headers => As(Tokens.Make(sub: "op", role: "operator"));

    private Metadata As(string? token)
    {
        var headers = sidecar.CallTo("orders-grpc");
        if (token is not null)
        {
            headers.Add("authorization", $"Bearer {token}");
        }
        return headers;
    }

    [Fact]
    public async Task An_order_is_created_and_found()
    {
        var request = new CreateOrderRequest
        {
            CustomerId = "customer-1",
            Items =
            {
                new Line { ProductId = "product-1", Quantity = 2 },
            },
        };

        var created = await orders.CreateOrderAsync(request, Headers);
        var ended = await system.Api.EndOfAsync(created.OrderId);
        var found = await orders.GetOrderAsync(new GetOrderRequest { OrderId = created.OrderId }, Headers);

        Assert.Equal(("pending", "confirmed"), (created.Status, ended.Status));
        Assert.Equal(
            (ended.OrderId, "customer-1", "confirmed", ended.Total, "EUR"),
            (found.OrderId, found.CustomerId, found.Status, found.TotalAmount, found.Currency)
        );
        Assert.Equal(("product-1", 2, ended.Items[0].UnitPrice), (found.Items[0].ProductId, found.Items[0].Quantity, found.Items[0].Price));
    }

    [Fact]
    public async Task Refusals_have_the_corresponding_gRPC_status()
    {
        await FailsAsync(StatusCode.NotFound, () => orders.GetOrderAsync(new GetOrderRequest { OrderId = "nothing" }, Headers));
        await FailsAsync(StatusCode.InvalidArgument, () => orders.GetOrderAsync(new GetOrderRequest(), Headers));
        await FailsAsync(StatusCode.InvalidArgument, () => orders.CreateOrderAsync(
                new CreateOrderRequest
                {
                    Items =
                    {
                        new Line { ProductId = "product-1", Quantity = 1 },
                    },
                },
                Headers
            ));
        await FailsAsync(StatusCode.InvalidArgument, () =>
            orders.CreateOrderAsync(new CreateOrderRequest { CustomerId = "customer-1" }, Headers)
        );
        await FailsAsync(StatusCode.InvalidArgument, () =>
            orders.CreateOrderAsync(
                new CreateOrderRequest { CustomerId = "customer-1", Items = { new Line { ProductId = "product-1" } } },
                Headers
            )
        );
        await FailsAsync(StatusCode.InvalidArgument, () => orders.CreateOrderAsync(
                new CreateOrderRequest
                {
                    CustomerId = "nobody",
                    Items =
                    {
                        new Line { ProductId = "product-1", Quantity = 1 },
                    },
                },
                Headers
            ));
    }

    [Fact]
    public async Task A_gRPC_call_requires_the_same_bearer_token_as_the_gateway()
    {
        var one = (await system.Api.PlaceAndEndAsync(Api.Order())).OrderId;
        var create = new CreateOrderRequest
        {
            CustomerId = "customer-1",
            Items =
            {
                new Line { ProductId = "product-1", Quantity = 1 },
            },
        };
        foreach (var bad in (string?[])[null, "x", Tokens.Make(expires: TimeSpan.FromMinutes(-5)), Tokens.Make(sub: " ")])
        {
            await FailsAsync(StatusCode.Unauthenticated, () => orders.GetOrderAsync(new GetOrderRequest { OrderId = one }, As(bad)));
            await FailsAsync(StatusCode.Unauthenticated, () => orders.CreateOrderAsync(create, As(bad)));
            using var call = orders.StreamOrders(new StreamOrdersRequest(), As(bad));
            await FailsAsync(StatusCode.Unauthenticated, () => call.ResponseStream.MoveNext(CancellationToken.None));
        }
        await FailsAsync(StatusCode.PermissionDenied, () =>
            orders.GetOrderAsync(new GetOrderRequest { OrderId = one }, As(Tokens.Make(role: "guest")))
        );
    }

    [Fact]
    public async Task A_customer_can_access_only_own_orders()
    {
        var mine = (await system.Api.PlaceAndEndAsync(Api.Order())).OrderId;
        var two = As(Tokens.Make(sub: "customer-2"));
        Assert.Equal(mine, (await orders.GetOrderAsync(new GetOrderRequest { OrderId = mine }, As(Tokens.Make()))).OrderId);
        await FailsAsync(StatusCode.NotFound, () => orders.GetOrderAsync(new GetOrderRequest { OrderId = mine }, two));
        await FailsAsync(StatusCode.PermissionDenied, () => orders.CreateOrderAsync(
                new CreateOrderRequest
                {
                    CustomerId = "customer-1",
                    Items =
                    {
                        new Line { ProductId = "product-1", Quantity = 1 },
                    },
                },
                two
            ));
        using var foreign = orders.StreamOrders(new StreamOrdersRequest { CustomerId = "customer-1" }, two);
        await FailsAsync(StatusCode.PermissionDenied, () => foreign.ResponseStream.MoveNext(CancellationToken.None));
        using var own = orders.StreamOrders(new StreamOrdersRequest(), two);
        await foreach (var order in own.ResponseStream.ReadAllAsync())
        {
            Assert.Equal("customer-2", order.CustomerId);
        }
    }

    [Fact]
    public async Task A_user_has_as_many_open_streams_as_at_the_gateway()
    {
        const int allowed = 16; // LimitOptions.StreamsPerCaller
        var greedy = As(Tokens.Make(sub: "greedy"));
        using var end = new CancellationTokenSource();
        var streams = new List<AsyncServerStreamingCall<Order>>();
        for (var number = 0; number < allowed; number++)
        {
            streams.Add(orders.StreamOrders(new StreamOrdersRequest { Follow = true, ChangesOnly = true }, greedy, null, end.Token));
            Assert.True(await streams[^1].ResponseStream.MoveNext(end.Token));
        }

        using var beyond = orders.StreamOrders(new StreamOrdersRequest { Follow = true }, greedy);
        var refused = await Assert.ThrowsAsync<RpcException>(() => beyond.ResponseStream.MoveNext(end.Token));
        Assert.Equal((StatusCode.ResourceExhausted, "1"), (refused.StatusCode, refused.Trailers.GetValue("retry-after")));
        using var other = orders.StreamOrders(new StreamOrdersRequest { Follow = true, ChangesOnly = true }, As(Tokens.Make(sub: "calm")));
        Assert.True(await other.ResponseStream.MoveNext(end.Token));

        await end.CancelAsync();
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task A_following_stream_sends_existing_orders_and_then_new_ones_until_it_is_cancelled()
    {
        var customer = await system.Api.RegisterAsync("Frida Follower");
        var first = (await system.Api.PlaceAndEndAsync(Api.Order(customer: customer))).OrderId;
        await system.Api.ListedAsync($"customerId={customer}", [first]);

        using var enough = new CancellationTokenSource();
        using var call = orders.StreamOrders(
            new StreamOrdersRequest { CustomerId = customer, Follow = true },
            Headers,
            cancellationToken: enough.Token
        );
        Assert.True(await call.ResponseStream.MoveNext(enough.Token));
        Assert.Equal(first, call.ResponseStream.Current.OrderId);
        var second = await system.Api.PlaceAsync(Api.Order(customer: customer));
        do
        {
            // The events of the first order arrive in bulk and may come after the stream has begun.
            Assert.True(await call.ResponseStream.MoveNext(enough.Token));
            Assert.Contains(call.ResponseStream.Current.OrderId, (string[])[first, second]);
        } while ((call.ResponseStream.Current.OrderId, call.ResponseStream.Current.Status) != (second, "confirmed"));

        await enough.CancelAsync();
        await FailsAsync(StatusCode.Cancelled, () => call.ResponseStream.MoveNext(CancellationToken.None));
    }

    [Fact]
    public async Task The_sample_client_gets_its_token_places_an_order_and_sees_its_end()
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(Repository.Root, "samples/order-client/bin", Repository.Configuration, "net10.0/OrderClient.dll"),
                system.Edge.ToString(),
                sidecar.GrpcAddress,
                "customer-2",
            ]
        )
        {
            RedirectStandardOutput = true,
        };
        start.Environment["DAPR_API_TOKEN"] = sidecar.Token;
        using var client = Process.Start(start)!;
        var said = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();

        Assert.Matches("^([0-9a-f]+) pending\n\\1 confirmed [0-9]+ EUR\n$", said);
        Assert.Equal(0, client.ExitCode);
    }

    public void Dispose()
    {
        channel.Dispose();
        sidecar.Dispose();
    }

    private static async Task FailsAsync<T>(StatusCode status, Func<Task<T>> call) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);

    private static async Task FailsAsync<T>(StatusCode status, Func<AsyncUnaryCall<T>> call) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(async () => await call())).StatusCode);
}
