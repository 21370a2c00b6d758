using System.Net;
using System.Text;
using Inventory.Expiry;
using Microsoft.Extensions.Time.Testing;

namespace Inventory.Tests;

/// <summary>Only orders itself may say that an order is over: its goods are then for others.</summary>
public sealed class OrdersClientTests
{
    [Theory]
    [InlineData(HttpStatusCode.NotFound, """{"code":"order-not-found"}""", "Over")]
    [InlineData(HttpStatusCode.OK, """{"status":"cancelled"}""", "Over")]
    [InlineData(HttpStatusCode.OK, """{"status":"cancelling"}""", "Open")]
    [InlineData(HttpStatusCode.OK, """{"status":"confirmed"}""", "Kept")]
    [InlineData(HttpStatusCode.InternalServerError, """{"code":"internal-error"}""", "Unreadable")]
    public async Task The_fate_of_an_order_follows_from_the_answer_of_orders(HttpStatusCode status, string body, string fate) =>
        Assert.Equal(Enum.Parse<OrderFate>(fate), await ClientOf(status, body).FateOfAsync("o1", default));

    [Theory]
    [InlineData(HttpStatusCode.NotFound, """{"code":"route-not-found"}""")]
    [InlineData(HttpStatusCode.ServiceUnavailable, """{"code":"unavailable"}""")]
    [InlineData(HttpStatusCode.InternalServerError, """{"errorCode":"ERR_DIRECT_INVOKE","message":"failed to invoke"}""")]
    public async Task An_answer_that_is_not_about_the_order_is_a_failure(HttpStatusCode status, string body) =>
        await Assert.ThrowsAsync<HttpRequestException>(() => ClientOf(status, body).FateOfAsync("o1", default));

    [Fact]
    public async Task An_order_without_an_answer_is_given_up_after_five_seconds()
    {
        var time = new FakeTimeProvider();
        var orders = new OrdersClient(new HttpClient(new Silence()) { BaseAddress = new Uri("http://orders") }, time);

        var fate = orders.FateOfAsync("o1", default);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(OrderFate.Unreadable, await fate.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System));
    }

    private static OrdersClient ClientOf(HttpStatusCode status, string body) =>
        new(new HttpClient(new Answers(status, body)) { BaseAddress = new Uri("http://orders") }, TimeProvider.System);

    /// <summary>Answers only by the end of the request.</summary>
    private sealed class Silence : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("the delay has no end");
        }
    }

    private sealed class Answers(HttpStatusCode status, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
    }
}
