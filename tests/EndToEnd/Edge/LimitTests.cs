using System.Net;
using System.Net.Sockets;
using EndToEnd.Orders;

namespace EndToEnd.Edge;

/// <summary>Tests of the limits for a user, an address and a request.</summary>
[Collection(OnSystemWithFakes.Name)]
public sealed class LimitTests(SystemWithFakes fakes)
{
    [Fact]
    public async Task A_user_over_the_rate_limit_receives_a_Retry_After_while_another_user_is_served()
    {
        using var hasty = fakes.System.As("hasty", "customer");
        using var calm = fakes.System.As("calm", "customer");

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => UntilRefusedAsync(hasty)));

        var refused = answers.SelectMany(all => all).Where(answer => answer.Status == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer =>
            Assert.Equal(("application/problem+json", true), (answer.Type, answer.RetryAfter >= TimeSpan.FromSeconds(1)))
        );
        using var served = await calm.GetAsync("/api/products");
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Fact]
    public async Task An_address_over_the_rate_limit_is_refused_while_another_address_is_served()
    {
        using var one = From("127.0.0.2");
        using var other = From("127.0.0.3");
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 2000 && !statuses.Contains(HttpStatusCode.TooManyRequests); i += 20)
        {
            statuses.AddRange(
                await Task.WhenAll(
                    Enumerable
                        .Range(0, 20)
                        .Select(async _ =>
                        {
                            using var answer = await one.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));
                            return answer.StatusCode;
                        })
                )
            );
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        using var served = await other.GetAsync(new Uri("/api/products", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Theory]
    [InlineData(1, 20_000)]
    [InlineData(100, 10)]
    public async Task Too_long_or_too_many_headers_are_refused(int count, int length)
    {
        fakes.Inventory.Forget();
        using var api = fakes.System.As("talker", "customer");
        using var answer = await api.SendTextAsync(
            "GET",
            "/api/products",
            null,
            [.. Enumerable.Range(0, count).Select(number => ($"X-Header-{number}", new string('x', length)))]
        );
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.StatusCode);
        Assert.Empty(fakes.Inventory.Received);
    }

    /// <summary>Returns the answers up to the first refusal, which comes late if a busy machine hardly exceeds the rate.</summary>
    private static async Task<List<(HttpStatusCode Status, string? Type, TimeSpan? RetryAfter)>> UntilRefusedAsync(Api api)
    {
        var answers = new List<(HttpStatusCode Status, string?, TimeSpan?)>();
        for (var i = 0; i < 200 && !answers.Exists(one => one.Status == HttpStatusCode.TooManyRequests); i++)
        {
            using var answer = await api.GetAsync("/api/products");
            answers.Add((answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Headers.RetryAfter?.Delta));
        }
        return answers;
    }

    /// <summary>Returns a client that connects from another loopback address.</summary>
    private HttpClient From(string address) =>
        new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (context, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                    await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = fakes.System.Edge,
        };
}
