using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Edge;

/// <summary>Tests of callers without permission, at the edge and behind it. An attempt must change nothing.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class SecurityTests(SharedSystem shared) : IDisposable
{
    private readonly Api one = shared.System.As("customer-1", "customer");
    private readonly Api two = shared.System.As("customer-2", "customer");
    private readonly Api stranger = shared.System.As(null, "");

    public static TheoryData<string, string> BadTokens =>
        new()
        {
            { "expired", Tokens.Make(expires: TimeSpan.FromMinutes(-5)) },
            { "wrong audience", Tokens.Make(audience: "another-shop") },
            { "wrong issuer", Tokens.Make(issuer: "somebody-else") },
            { "alg none", Tokens.Make(header: new { alg = "none", typ = "JWT" }, signed: false) },
            { "alg of public keys", Tokens.Make(header: new { alg = "RS256", typ = "JWT" }) },
            { "another key", Tokens.Make(key: "another key that is also long enough for the algorithm") },
            { "tampered payload", Tokens.Tampered() },
            { "no role", Tokens.Make(role: "") },
            { "a role nobody has", Tokens.Make(role: "admin") },
            { "a blank subject", Tokens.Make(sub: " ") },
            { "an empty subject", Tokens.Make(sub: "") },
            { "a subject of two lines", Tokens.Make(sub: "c\r\nConnection: X-Caller") },
            { "a subject beyond measure", Tokens.Make(sub: new string('s', 101)) },
            {
                "an extension that must be understood",
                Tokens.Make(
                    header: new
                    {
                        alg = "HS256",
                        typ = "JWT",
                        crit = new[] { "exp" },
                    }
                )
            },
            {
                "an unknown extension that must be understood",
                Tokens.Make(
                    header: new
                    {
                        alg = "HS256",
                        typ = "JWT",
                        crit = new[] { "x" },
                        x = 1,
                    }
                )
            },
            { "no token at all", "x" },
        };

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task An_invalid_token_is_refused(string what, string token)
    {
        var before = await shared.System.Api.ProductAsync("product-3");
        using var http = new HttpClient { BaseAddress = shared.System.Edge };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var placed = await http.PostAsJsonAsync("/api/orders", Api.Order("product-3"));
        Assert.True(placed.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{what}: {placed.StatusCode}");
        using var listed = await http.GetAsync("/api/orders");
        Assert.True(listed.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{what}: {listed.StatusCode}");
        Assert.Equal(before, await shared.System.Api.ProductAsync("product-3"));
    }

    [Theory]
    [InlineData("GET", "/api/orders")]
    [InlineData("GET", "/api/orders/stream")]
    [InlineData("GET", "/api/orders/some-order")]
    [InlineData("GET", "/api/orders/some-order/events")]
    [InlineData("POST", "/api/orders/some-order/cancel")]
    [InlineData("POST", "/api/orders")]
    [InlineData("GET", "/api/customers/customer-1")]
    [InlineData("PUT", "/api/customers/customer-1")]
    [InlineData("PUT", "/api/products/product-1")]
    [InlineData("GET", "/api/operations/interventions")]
    [InlineData("GET", "/api/operations/dead-letters")]
    [InlineData("GET", "/api/operations/approvals")]
    [InlineData("POST", "/api/operations/views/rebuild")]
    [InlineData("POST", "/api/operations/shipments/some-order/ship")]
    [InlineData("GET", "/metrics")]
    public async Task A_request_without_a_token_is_refused(string method, string path)
    {
        using var answer = await stranger.SendTextAsync(method, path, "{}");
        Assert.Equal(
            (HttpStatusCode.Unauthorized, "application/problem+json"),
            (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType)
        );
    }

    [Theory]
    [InlineData("POST", "/api/orders", "{", HttpStatusCode.BadRequest, "json-invalid")]
    [InlineData("POST", "/api/customers", "{", HttpStatusCode.BadRequest, "json-invalid")]
    [InlineData("POST", "/api/auth/token", "{", HttpStatusCode.BadRequest, "json-invalid")]
    [InlineData("GET", "/api/operations/services", null, HttpStatusCode.Forbidden, "forbidden")]
    [InlineData("GET", "/api/nothing", null, HttpStatusCode.NotFound, "route-not-found")]
    [InlineData("GET", "/api/orders/x/nothing", null, HttpStatusCode.NotFound, "route-not-found")]
    [InlineData("GET", "/nothing", null, HttpStatusCode.NotFound, "route-not-found")]
    [InlineData("DELETE", "/api/orders", null, HttpStatusCode.MethodNotAllowed, "method-not-allowed")]
    [InlineData("PUT", "/api/auth/token", "{}", HttpStatusCode.MethodNotAllowed, "method-not-allowed")]
    [InlineData("GET", "/api/orders/a%3Cb", null, HttpStatusCode.BadRequest, "id-invalid")]
    [InlineData("GET", "/api/orders//", null, HttpStatusCode.BadRequest, "id-invalid")]
    [InlineData("GET", "/api//orders", null, HttpStatusCode.BadRequest, "id-invalid")]
    [InlineData("GET", "/api/orders?limit=many", null, HttpStatusCode.BadRequest, "request-invalid")]
    [InlineData("GET", "/api/orders/stream?follow=maybe", null, HttpStatusCode.BadRequest, "request-invalid")]
    public async Task Every_error_contains_a_code(string method, string path, string? body, HttpStatusCode status, string code)
    {
        foreach (var accepted in (string[])["application/json", "text/plain"])
        {
            using var answer = await one.SendTextAsync(method, path, body, ("Accept", accepted));
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(
                (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType) == (status, "application/problem+json")
                    && text.Contains($"\"code\":\"{code}\"", StringComparison.Ordinal),
                $"{(int)answer.StatusCode} for {accepted}: {text}"
            );
        }
    }

    [Theory]
    [InlineData("PUT", "/api/products/product-1")]
    [InlineData("GET", "/api/operations/interventions")]
    [InlineData("POST", "/api/operations/interventions/x")]
    [InlineData("GET", "/api/operations/dead-letters")]
    [InlineData("GET", "/api/operations/approvals")]
    [InlineData("POST", "/api/operations/approvals/x")]
    [InlineData("POST", "/api/operations/dead-letters/replay")]
    [InlineData("POST", "/api/operations/dead-letters/x/discard")]
    [InlineData("POST", "/api/operations/views/rebuild")]
    [InlineData("POST", "/api/operations/shipments/x/ship")]
    [InlineData("POST", "/api/operations/shipments/x/deliver")]
    public async Task A_customer_is_refused_the_operations_of_operators(string method, string path)
    {
        var before = await shared.System.Api.ProductAsync("product-1");
        using var answer = await one.SendTextAsync(method, path, """{"price":1,"decision":"skip"}""");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(before.Price, (await shared.System.Api.ProductAsync("product-1")).Price);
    }

    [Fact]
    public async Task Reading_listing_or_cancelling_another_customers_order_finds_nothing()
    {
        var orderId = await one.PlaceAsync(Api.Order("product-4"));
        await one.EndOfAsync(orderId);
        foreach (var path in (string[])["", "/events"])
        {
            using var read = await two.GetAsync($"/api/orders/{orderId}{path}");
            Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
        }
        using var cancelled = await two.PostToAsync($"/api/orders/{orderId}/cancel");
        Assert.Equal(HttpStatusCode.NotFound, cancelled.StatusCode);
        Assert.Equal("confirmed", (await one.OrderAsync(orderId)).Status);
        Assert.DoesNotContain(orderId, await two.ListAllAsync(""));
        foreach (var list in (string[])["/api/orders", "/api/orders/stream"])
        {
            using var refused = await two.GetAsync($"{list}?customerId=customer-1");
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("customer-not-yours", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Reading_or_changing_another_customer_finds_nothing()
    {
        foreach (var method in (string[])["GET", "PUT"])
        {
            using var answer = await two.SendTextAsync(method, "/api/customers/customer-1", """{"name":"Mallory"}""");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task An_order_for_another_customer_is_refused_and_one_without_a_customer_belongs_to_the_caller()
    {
        using var refused = await two.PostAsync(Api.Order("product-4", customer: "customer-1"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var orderId = await two.PlaceAsync(
            new { items = new[] { new { productId = "product-4", quantity = 1 } }, paymentToken = "tok_ok" }
        );
        Assert.Equal("customer-2", (await two.EndOfAsync(orderId)).CustomerId);
    }

    [Fact]
    public async Task A_price_or_a_status_in_a_clients_order_is_ignored()
    {
        var orderId = await one.PlaceAsync(
            new
            {
                customerId = "customer-1",
                items = new[]
                {
                    new
                    {
                        productId = "product-4",
                        quantity = 1,
                        unitPrice = 1,
                        price = 1,
                    },
                },
                paymentToken = "tok_ok",
                status = "delivered",
                total = 1,
            }
        );
        var order = await one.EndOfAsync(orderId);
        Assert.Equal(((await shared.System.Api.ProductAsync("product-4")).Price, "confirmed"), (order.Total, order.Status));
    }

    [Theory]
    [InlineData("dapr-app-id", "inventory")]
    [InlineData("dapr-api-token", "guessed")]
    [InlineData("dapr-caller-app-id", "orders")]
    [InlineData("X-Caller", "customer:customer-1")]
    [InlineData("X-Caller", "operator:root")]
    [InlineData("traceparent", "garbage")]
    [InlineData("X-Request-ID", "a b\tc")]
    public async Task Headers_with_a_meaning_behind_the_edge_are_not_accepted_from_clients(string name, string value)
    {
        using var answer = await two.SendTextAsync("GET", "/api/customers/customer-1", null, (name, value));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        using var own = await two.SendTextAsync("GET", "/api/customers/customer-2", null, (name, value));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.Matches("^[A-Za-z0-9._:-]+$", own.Headers.GetValues("X-Request-ID").Single());
    }

    [Theory]
    [InlineData("/api/products/..%2F..%2Freservations%2Fsome-order")]
    [InlineData("/api/products/%2e%2e/reservations/some-order")]
    [InlineData("/api/customers/..%2fhealthz")]
    [InlineData("/api/orders/..%2f..%2fevents%2forders")]
    public async Task A_path_with_dot_segments_does_not_leave_its_route(string path)
    {
        using var answer = await two.SendTextAsync("GET", path, null);
        Assert.True((int)answer.StatusCode is 400 or 401 or 403 or 404 or 405, $"{path}: {answer.StatusCode}");
    }

    [Theory]
    [InlineData("orders", "/events/inventory")]
    [InlineData("inventory", "/events/orders")]
    [InlineData("payments", "/payments/some-order/refund")]
    public async Task An_app_refuses_requests_that_do_not_come_from_its_sidecar(string app, string path)
    {
        using var http = new HttpClient();
        using var forged = new StringContent(
            """{"id":"1","type":"inventory.reserved","data":{"orderId":"x"}}""",
            Encoding.UTF8,
            "application/cloudevents+json"
        );
        using var answer = await http.PostAsync(new Uri($"http://localhost:{shared.System.PortOf(app)}{path}"), forged);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_request_id_is_returned_and_forwarded_to_the_events_of_the_order()
    {
        using var answer = await one.SendTextAsync("GET", "/api/customers/customer-1", null, ("X-Request-ID", "my-id-1"));
        Assert.Equal("my-id-1", answer.Headers.GetValues("X-Request-ID").Single());
    }

    [Fact]
    public async Task The_gateway_serves_the_contract_and_its_page()
    {
        using var contract = await stranger.GetAsync("/openapi/v1.json");
        Assert.Contains("/api/orders/{orderId}", await contract.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var page = await stranger.GetAsync("/docs");
        Assert.True(page.IsSuccessStatusCode);
    }

    public void Dispose()
    {
        one.Dispose();
        two.Dispose();
        stranger.Dispose();
    }
}
