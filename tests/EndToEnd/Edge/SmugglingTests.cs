using System.Net;
using System.Text;
using EndToEnd.Orders;

namespace EndToEnd.Edge;

/// <summary>Tests of the parts of a request that a service behind the edge receives.</summary>
[Collection(OnSystemWithFakes.Name)]
public sealed class SmugglingTests(SystemWithFakes fakes) : IDisposable
{
    private readonly Api two = fakes.System.As("customer-2", "customer");
    private readonly Api stranger = fakes.System.As(null, "");

    [Theory]
    [InlineData("dapr-app-id", "payments")]
    [InlineData("dapr-api-token", "guessed")]
    [InlineData("dapr-caller-app-id", "orders")]
    [InlineData("dapr-http-status", "200")]
    [InlineData("X-Caller", "operator:root")]
    [InlineData("X-Service-Name", "orders")]
    [InlineData("Connection", "X-Caller, X-Request-ID, X-Service-Name")]
    [InlineData("Keep-Alive", "timeout=5")]
    [InlineData("TE", "trailers")]
    [InlineData("Upgrade", "h2c")]
    [InlineData("Proxy-Authorization", "Basic ZGFwci1hcHAtaWQ6cGF5bWVudHM=")]
    public async Task A_service_receives_the_caller_only_from_the_edge(string name, string value)
    {
        fakes.Customers.Forget();
        using var answer = await two.SendTextAsync("GET", "/api/customers/customer-2", null, (name, value));

        Assert.True(
            answer.StatusCode == HttpStatusCode.OK,
            $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}{Environment.NewLine}{fakes.System.Output}"
        );
        var seen = Assert.Single(fakes.Customers.Received);
        Assert.Equal(
            ("/customers/customer-2", "customer:customer-2", "gateway", "gateway"),
            (seen.Path, seen.Headers["X-Caller"], seen.Headers["X-Service-Name"], seen.Headers["dapr-caller-app-id"])
        );
        Assert.Empty(
            seen.Headers.Keys.Intersect(
                ["Authorization", "Proxy-Authorization", "dapr-app-id", "dapr-http-status", "Keep-Alive", "Upgrade"],
                StringComparer.OrdinalIgnoreCase
            )
        );
        Assert.DoesNotContain(seen.Headers, header => header.Value.Contains("guessed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Basic_authentication_does_not_select_another_app()
    {
        fakes.Inventory.Forget();
        using var answer = await stranger.SendTextAsync(
            "GET",
            "/api/products",
            null,
            ("Authorization", "Basic ZGFwci1hcHAtaWQ6cGF5bWVudHM=")
        ); // dapr-app-id:payments
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("Authorization", Assert.Single(fakes.Inventory.Received).Headers.Keys);
    }

    [Theory]
    [InlineData("customer-2%0d%0aX-Caller:%20operator:root")]
    [InlineData("customer-2%0aX-Caller:%20operator:root")]
    [InlineData("customer-2%00")]
    [InlineData("customer-2%3fadmin=1")]
    [InlineData("customer-2%23fragment")]
    public async Task An_id_with_control_query_or_fragment_characters_reaches_no_service(string id)
    {
        fakes.Customers.Forget();
        using var answer = await two.SendTextAsync("GET", $"/api/customers/{id}", null);
        Assert.False(answer.IsSuccessStatusCode);
        Assert.Empty(fakes.Customers.Received);
        Assert.False(answer.Headers.Contains("X-Caller"));
    }

    [Theory]
    [InlineData("X-Note", "caf\u00e9", HttpStatusCode.BadRequest)]
    [InlineData("Prefer", "wait=\u00e9", HttpStatusCode.BadRequest)]
    [InlineData("Cookie", "shop=caf\u00e9", HttpStatusCode.OK)]
    [InlineData("User-Agent", "Sch\u00f6ner Browser", HttpStatusCode.OK)]
    public async Task A_header_beyond_ASCII_is_refused_or_not_passed_on_and_closes_the_service_for_nobody(
        string name,
        string value,
        HttpStatusCode status
    )
    {
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            }
        )
        {
            BaseAddress = fakes.System.Edge,
        };
        for (var times = 0; times < 3; times++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products");
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
            using var answer = await http.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }

        using var served = await stranger.GetAsync("/api/products");
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    public void Dispose()
    {
        two.Dispose();
        stranger.Dispose();
    }
}
