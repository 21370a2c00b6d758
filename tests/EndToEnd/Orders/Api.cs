using System.Net;
using System.Net.Http.Json;
using System.Text;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>
/// A client of the public API. By default it is an operator, who has all permissions of customers. Without a name it is anonymous.
/// </summary>
/// <param name="output">What the system has printed so far; the lines about an order explain why it does not end.</param>
internal sealed class Api(int port, string? name = "tests", string role = "operator", Func<string>? output = null) : IDisposable
{
    private const int MostLines = 60;

    /// <summary>
    /// With this header the service answers when the order has ended, or after these seconds. Without it a test reads the order many times
    /// a second, and each read of a running order also reads its workflow.
    /// </summary>
    private static readonly (string, string) WaitForEnd = ("Prefer", "wait=5");

    private static readonly string[] Failures = ["warn", "error", "fail", "exception"];

    private readonly HttpClient http = new(new TokenHandler(new Uri($"http://localhost:{port}"), name, role))
    {
        BaseAddress = new Uri($"http://localhost:{port}"),
        Timeout = TimeSpan.FromSeconds(30),
    };

    public static object Order(
        string product = "product-1",
        int quantity = 1,
        string token = "tok_ok",
        string customer = "customer-1",
        string? saga = null
    ) =>
        new
        {
            customerId = customer,
            items = new[] { new { productId = product, quantity } },
            paymentToken = token,
            saga,
        };

    public Task<HttpResponseMessage> GetAsync(string path) => http.GetAsync(new Uri(path, UriKind.Relative));

    public Task<HttpResponseMessage> PostAsync(object order, string? key = null) =>
        SendAsync(HttpMethod.Post, "/api/orders", JsonContent.Create(order), key);

    public Task<HttpResponseMessage> PostToAsync(string path, object? body = null) =>
        http.PostAsync(new Uri(path, UriKind.Relative), body is null ? null : JsonContent.Create(body));

    public async Task<HttpResponseMessage> SendTextAsync(
        string method,
        string path,
        string? body,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return await http.SendAsync(request);
    }

    /// <summary>Returns the answer before its body has arrived.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<T> ReadAsync<T>(string path) => (await http.GetFromJsonAsync<T>(path))!;

    public async Task DoAsync(string path, object? body = null)
    {
        using var response = await PostToAsync(path, body);
        Assert.True(
            response.IsSuccessStatusCode,
            $"POST {path} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}"
        );
    }

    public async Task<string> RegisterAsync(string name, string country = "DE")
    {
        using var response = await PostToAsync(
            "/api/customers",
            new
            {
                name,
                email = "somebody@example.com",
                address = new
                {
                    line1 = "Lane 1",
                    city = "Town",
                    postalCode = "1",
                    country,
                },
            }
        );
        response.EnsureSuccessStatusCode();
        var id = (await response.Content.ReadFromJsonAsync<CustomerView>())!.CustomerId;
        Assert.Equal($"/api/customers/{id}", response.Headers.Location?.OriginalString);
        return id;
    }

    public async Task ChangeCustomerAsync(string customerId, string name)
    {
        using var response = await http.PutAsJsonAsync(
            $"/api/customers/{customerId}",
            new
            {
                name,
                address = new
                {
                    line1 = "Lane 1",
                    city = "Town",
                    postalCode = "1",
                    country = "DE",
                },
            }
        );
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until the pages of a list contain exactly these orders; the views are updated with a short delay.</summary>
    public Task ListedAsync(string query, IReadOnlyList<string> orderIds, bool inOrder = true)
    {
        List<string> last = [];
        return Wait.ForAsync(
            $"/api/orders?{query} lists {orderIds.Count} orders",
            async () =>
            {
                last = await ListAllAsync(query);
                return (inOrder ? last.SequenceEqual(orderIds) : last.Order().SequenceEqual(orderIds.Order())) ? "yes" : null;
            },
            () => $"last listed: {string.Join(' ', last)}{Environment.NewLine}expected: {string.Join(' ', orderIds)}"
        );
    }

    public async Task<List<string>> ListAllAsync(string query)
    {
        var all = new List<string>();
        string? cursor = null;
        do
        {
            var page = await ReadAsync<ListOf<OrderView>>($"/api/orders?{query}{(cursor is null ? "" : $"&cursor={cursor}")}");
            all.AddRange(page.Items.Select(order => order.OrderId));
            cursor = page.NextCursor;
        } while (cursor is not null);
        return all;
    }

    public Task<OrderView> WhenAsync(string orderId, string status) => Wait.ForAsync($"order {orderId} is {status}", async () =>
        {
            using var response = await SendTextAsync("GET", $"/api/orders/{orderId}", null, WaitForEnd);
            var order = (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<OrderView>())!;
            return order.Status == status ? order : null;
        });

    public Task<HttpResponseMessage> PostTextAsync(string body, string contentType = "application/json") =>
        SendAsync(HttpMethod.Post, "/api/orders", new StringContent(body, Encoding.UTF8, contentType), key: null);

    /// <summary>
    /// Places an order, and places it again with its key after a 503 or a 504, as the API asks its clients to do: on a busy machine the
    /// first order after a start takes longer than the gateway waits.
    /// </summary>
    public async Task<string> PlaceAsync(object order, string? key = null)
    {
        key ??= Guid.NewGuid().ToString();
        using var response = await Wait.ForAsync("the order is taken or refused", async () =>
        {
            var answer = await PostAsync(order, key);
            if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout))
            {
                return answer;
            }
            answer.Dispose();
            return null;
        });
        Assert.True(
            response.StatusCode == HttpStatusCode.Accepted,
            $"POST answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}"
        );
        return (await response.Content.ReadFromJsonAsync<PlacedOrder>())!.OrderId;
    }

    /// <summary>
    /// Places an order and retries until it is accepted, even if processes are killed meanwhile. The same key returns the same order.
    /// </summary>
    public async Task<string> PlaceStubbornlyAsync(object order, string key) =>
        await PlaceIfInStockAsync(order, key) ?? throw new InvalidOperationException($"the order with key {key} is out of stock");

    /// <summary>As <see cref="PlaceStubbornlyAsync"/>; null if the order is refused because its products are out of stock.</summary>
    public async Task<string?> PlaceIfInStockAsync(object order, string key)
    {
        var answer = "";
        var placed = await Wait.ForAsync(
            $"the order with key {key} is taken or refused",
            async () =>
            {
                try
                {
                    using var response = await PostAsync(order, key);
                    answer = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
                    return response.StatusCode == HttpStatusCode.Accepted ? await response.Content.ReadFromJsonAsync<PlacedOrder>()
                        : response.StatusCode == HttpStatusCode.UnprocessableEntity
                        && (await response.Content.ReadFromJsonAsync<ProblemView>())!.Code == "out-of-stock"
                            ? new PlacedOrder("", "refused")
                        : null;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
                {
                    answer = e.Message;
                    return null;
                }
            },
            () => $"{answer}{Environment.NewLine}{LastLines()}"
        );
        return placed is { Status: not "refused" } ? placed.OrderId : null;
    }

    /// <summary>
    /// Returns an order that was accepted while there was stock, but whose saga found none. Places concurrent orders for the last unit
    /// until one of them is too late.
    /// </summary>
    public async Task<OrderView> PlaceTooLateAsync(string? saga = null, string customer = "customer-1", string? requestId = null)
    {
        const int racing = 8;
        var product = $"last-{Guid.NewGuid():N}";
        return await Wait.ForAsync("an order loses the race for the last unit", async () =>
        {
            await PutProductAsync(
                product,
                new
                {
                    name = "The last one",
                    price = 500,
                    stock = 1,
                }
            );
            var taken = await Task.WhenAll(
                Enumerable
                    .Range(0, racing)
                    .Select(async _ =>
                    {
                        using var response = await SendTextAsync(
                            "POST",
                            "/api/orders",
                            System.Text.Json.JsonSerializer.Serialize(
                                Order(product, customer: customer, saga: saga),
                                System.Text.Json.JsonSerializerOptions.Web
                            ),
                            requestId is null ? [] : [("X-Request-ID", requestId)]
                        );
                        return response.StatusCode == HttpStatusCode.Accepted
                            ? (await response.Content.ReadFromJsonAsync<PlacedOrder>())!.OrderId
                            : null;
                    })
            );
            var ended = await Task.WhenAll(taken.OfType<string>().Select(EndOfAsync));
            return ended.FirstOrDefault(order => order.Status == "cancelled");
        });
    }

    public async Task<OrderView> OrderAsync(string orderId) => (await http.GetFromJsonAsync<OrderView>($"/api/orders/{orderId}"))!;

    /// <summary>Returns the lines that were printed about the order, and the last warnings and errors.</summary>
    private string LinesAbout(string orderId)
    {
        var printed = output?.Invoke().Split(Environment.NewLine) ?? [];
        var about = printed.Where(line => line.Contains(orderId, StringComparison.Ordinal)).TakeLast(MostLines);
        var failures = printed.Where(line => Failures.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase)));
        return string.Join(Environment.NewLine, [.. about, "the last warnings and errors:", .. failures.TakeLast(MostLines)]);
    }

    /// <summary>Waits until the order is confirmed, cancelled or waits for an operator, and returns it.</summary>
    public async Task<OrderView> EndOfAsync(string orderId)
    {
        var last = "never seen";
        return await Wait.ForAsync(
            $"order {orderId} ends",
            async () =>
            {
                try
                {
                    using var response = await SendTextAsync("GET", $"/api/orders/{orderId}", null, WaitForEnd);
                    last = await response.Content.ReadAsStringAsync();
                    return response.IsSuccessStatusCode && await response.Content.ReadFromJsonAsync<OrderView>() is { HasEnded: true } ended
                        ? ended
                        : null;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
                {
                    return null;
                }
            },
            () => $"last seen: {last}{Environment.NewLine}{LinesAbout(orderId)}"
        );
    }

    public async Task<OrderView> PlaceAndEndAsync(object order) => await EndOfAsync(await PlaceAsync(order));

    /// <summary>The types of the order's events. Repeated while the service is unavailable, as it may be for seconds after a crash.</summary>
    public async Task<List<string>> EventsAsync(string orderId)
    {
        var answer = "";
        return await Wait.ForAsync(
            $"the events of order {orderId} are shown",
            async () =>
            {
                using var response = await http.GetAsync($"/api/orders/{orderId}/events");
                answer = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
                if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    return null;
                }
                var events = (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<ListOf<System.Text.Json.JsonElement>>())!;
                return events.Items.Select(stored => stored.GetProperty("event").GetProperty("type").GetString()!).ToList();
            },
            () => answer
        );
    }

    public async Task<ProductView> ProductAsync(string productId) =>
        (await http.GetFromJsonAsync<ProductView>($"/api/products/{productId}"))!;

    public async Task<List<ProductView>> ProductsAsync() => (await http.GetFromJsonAsync<ListOf<ProductView>>("/api/products"))!.Items;

    public async Task<ProductView> PutProductAsync(string productId, object details)
    {
        using var response = await http.PutAsJsonAsync($"/api/products/{productId}", details);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<ProductView>())!;
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent content, string? key)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }
        return await http.SendAsync(request);
    }

    private string LastLines() => string.Join(Environment.NewLine, (output?.Invoke() ?? "").Split(Environment.NewLine).TakeLast(MostLines));
}
