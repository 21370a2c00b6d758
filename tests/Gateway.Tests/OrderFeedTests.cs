using System.Text;
using Gateway.Streaming;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using Orders.V1;
using ServiceDefaults.Requests;

namespace Gateway.Tests;

public sealed class OrderFeedTests
{
    [Theory]
    [InlineData(StatusCode.ResourceExhausted, StatusCodes.Status429TooManyRequests, "7", "too-many-at-once")]
    [InlineData(StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, "", "request-invalid")]
    [InlineData(StatusCode.Unavailable, StatusCodes.Status503ServiceUnavailable, "5", "unavailable")]
    public async Task A_stream_that_orders_grpc_refuses_is_refused_with_the_corresponding_status(
        StatusCode code,
        int status,
        string retryAfter,
        string problem
    )
    {
        RequestId.Current = "request-1";
        var refused = new RpcException(new Status(code, "no"), new Metadata { { "retry-after", "7" }, { "code", "too-many-at-once" } });
        var changes = new Mock<OrderService.OrderServiceClient>();
        changes
            .Setup(client =>
                client.StreamOrders(
                    It.IsAny<StreamOrdersRequest>(),
                    It.IsAny<Metadata>(),
                    It.IsAny<DateTime?>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Returns(
                new AsyncServerStreamingCall<Order>(
                    new FakeChanges(refused),
                    Task.FromResult(new Metadata()),
                    () => refused.Status,
                    () => refused.Trailers,
                    () => { }
                )
            );
        var orders = new FakeOrders();
        var context = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider(),
            Response = { Body = new MemoryStream() },
        };

        var result = await OrderFeed.StreamAsync(
            null,
            follow: true,
            changes.Object,
            orders.Client,
            new ConfigurationBuilder().Build(),
            TimeProvider.System,
            context
        );
        await result.ExecuteAsync(context);

        Assert.Equal((status, retryAfter), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
        var body = Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
        Assert.Contains($"\"code\":\"{problem}\"", body, StringComparison.Ordinal);
        Assert.Empty(orders.Requests);
    }
}
