using System.Net;
using System.Net.Http.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

[Collection(OnSharedSystem.Name)]
public sealed class BadInputTests(SharedSystem shared)
{
    private const string Item = """{"productId":"product-1","quantity":1}""";

    private readonly Api api = shared.System.Api;

    public static TheoryData<string, string, HttpStatusCode> Requests() =>
        new()
        {
            { "malformed JSON", """{"customerId":""", HttpStatusCode.BadRequest },
            { "no JSON object", "[]", HttpStatusCode.BadRequest },
            { "empty body", "", HttpStatusCode.BadRequest },
            { "quantity that is text", Body("""{"productId":"product-1","quantity":"many"}"""), HttpStatusCode.BadRequest },
            { "quantity with a fraction", Body("""{"productId":"product-1","quantity":1.5}"""), HttpStatusCode.BadRequest },
            { "quantity 0", Body("""{"productId":"product-1","quantity":0}"""), HttpStatusCode.BadRequest },
            { "quantity negative", Body("""{"productId":"product-1","quantity":-1}"""), HttpStatusCode.BadRequest },
            { "quantity above 10,000", Body("""{"productId":"product-1","quantity":10001}"""), HttpStatusCode.BadRequest },
            {
                "quantity beyond a number",
                Body("""{"productId":"product-1","quantity":99999999999999999999}"""),
                HttpStatusCode.BadRequest
            },
            { "no product id", Body("""{"quantity":1}"""), HttpStatusCode.BadRequest },
            { "null line", Body("null"), HttpStatusCode.BadRequest },
            { "empty item list", Body(""), HttpStatusCode.BadRequest },
            { "no item list", """{"customerId":"customer-1","paymentToken":"tok_ok"}""", HttpStatusCode.BadRequest },
            { "oversized item list", Body(string.Join(',', Enumerable.Repeat(Item, 101))), HttpStatusCode.BadRequest },
            { "no customer", $$"""{"items":[{{Item}}],"paymentToken":"tok_ok"}""", HttpStatusCode.BadRequest },
            { "no payment token", $$"""{"customerId":"customer-1","items":[{{Item}}]}""", HttpStatusCode.BadRequest },
            {
                "unknown saga",
                $$"""{"customerId":"customer-1","items":[{{Item}}],"paymentToken":"tok_ok","saga":"telepathy"}""",
                HttpStatusCode.BadRequest
            },
            { "unknown customer", Body(Item, customer: "nobody"), HttpStatusCode.UnprocessableEntity },
            { "unknown product", Body("""{"productId":"nothing","quantity":1}"""), HttpStatusCode.UnprocessableEntity },
            { "body over the limit", Body(Item, customer: new string('x', 300_000)), HttpStatusCode.RequestEntityTooLarge },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_bad_request_is_refused_with_problem_details_and_changes_nothing(string what, string body, HttpStatusCode expected)
    {
        var stock = await api.ProductsAsync();

        using var response = await api.PostTextAsync(body);

        Assert.True(response.StatusCode == expected, $"{what}: {(int)response.StatusCode}, {await response.Content.ReadAsStringAsync()}");
        await IsProblemAsync(response, expected);
        Assert.Equal(stock, await api.ProductsAsync());
    }

    [Fact]
    public async Task A_body_that_is_not_json_is_refused_as_an_unsupported_media_type()
    {
        using var response = await api.PostTextAsync(Body(Item), "text/plain");

        await IsProblemAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task The_largest_order_that_the_limits_allow_is_charged_to_the_last_cent()
    {
        // The limits on price, quantity and lines keep a total below 64 bits; the rules refuse larger ones (tested there).
        await api.PutProductAsync(
            "gold",
            new
            {
                name = "Gold",
                price = 1_000_000_000,
                stock = 2_000_000,
            }
        );
        var line = """{"productId":"gold","quantity":10000}""";

        using var response = await api.PostTextAsync(Body(string.Join(',', Enumerable.Repeat(line, 100))));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var orderId = (await response.Content.ReadFromJsonAsync<PlacedOrder>())!.OrderId;
        await Wait.ForAsync("the order waits for approval", async () => (await api.OrderAsync(orderId)).Approval);
        await api.DoAsync($"/api/operations/approvals/{orderId}", new { decision = "approve", note = "gold is fine" });
        var order = await api.EndOfAsync(orderId);
        Assert.Equal(("confirmed", 1_000_000_000L * 10_000 * 100), (order.Status, order.Total));
    }

    [Theory]
    [InlineData("/api/orders/00000000000000000000000000000000")]
    [InlineData("/api/orders/00000000000000000000000000000000/events")]
    [InlineData("/api/products/nothing")]
    [InlineData("/api/customers/nobody")]
    [InlineData("/api/nothing")]
    public async Task Reading_an_unknown_resource_returns_404(string path)
    {
        using var response = await api.GetAsync(path);

        await IsProblemAsync(response, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/api/orders/..%2f..%2fproducts")]
    [InlineData("/api/orders/x%7c%7cy")]
    [InlineData("/api/orders/x%23y/events")]
    [InlineData("/api/products/x%0ay")]
    [InlineData("/api/customers/%250a")]
    public async Task An_invalid_id_is_refused(string path)
    {
        using var response = await api.GetAsync(path);

        await IsProblemAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_too_long_idempotency_key_is_refused()
    {
        using var response = await api.PostAsync(Api.Order(), new string('k', 256));

        await IsProblemAsync(response, HttpStatusCode.BadRequest);
    }

    private static async Task IsProblemAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = (await response.Content.ReadFromJsonAsync<ProblemView>())!;
        Assert.Equal((int)expected, problem.Status);
        Assert.False(string.IsNullOrWhiteSpace(problem.Title), text);
    }

    private static string Body(string items, string customer = "customer-1") =>
        $$"""{"customerId":"{{customer}}","items":[{{items}}],"paymentToken":"tok_ok"}""";
}
