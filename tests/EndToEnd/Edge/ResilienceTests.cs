using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Edge;

/// <summary>
/// Tests of the answers to a client while a service behind the edge is slow, stopped or unstable, and after it has recovered.
/// </summary>
[Collection(OnSystemWithFakes.Name)]
public sealed class ResilienceTests(SystemWithFakes fakes) : IDisposable
{
    private const string Prices = """{"items":[{"productId":"product-1","price":100,"currency":"EUR"}]}""";
    private const string Customer =
        """{"customerId":"customer-1","name":"Ada","address":{"line1":"Main St 1","city":"Graz","postalCode":"8010","country":"AT"}}""";

    private readonly Api api = fakes.System.As(Guid.NewGuid().ToString("N"), "operator");

    [Fact]
    public async Task A_slow_service_returns_504_and_does_not_delay_other_services()
    {
        fakes.Customers.AnswersNever();
        var begun = Stopwatch.GetTimestamp();
        var slow = api.GetAsync("/api/customers/customer-1");
        using (var other = await api.GetAsync("/api/products"))
        {
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }
        using var late = await slow;
        await IsProblemAsync(late, HttpStatusCode.GatewayTimeout, "timeout");
        // The time-out is three seconds here, that of other services ten.
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(9), $"the client waited for {Stopwatch.GetElapsedTime(begun)}");

        fakes.Customers.Answers(200, Customer);
        using var well = await api.GetAsync("/api/customers/customer-1");
        Assert.Equal(HttpStatusCode.OK, well.StatusCode);
    }

    [Fact]
    public async Task A_stopped_service_returns_503_with_Retry_After_until_it_runs_again()
    {
        await fakes.Inventory.StopAsync();
        using (var down = await api.GetAsync("/api/products"))
        {
            await IsProblemAsync(down, HttpStatusCode.ServiceUnavailable, "unavailable");
            Assert.NotNull(down.Headers.RetryAfter);
        }

        await fakes.Inventory.StartAsync();
        await Wait.UntilAsync("products are available again", async () => await StatusAsync("/api/products") == HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_edges_breaker_answers_immediately_while_an_app_does_not_respond_and_closes_as_soon_as_it_does(bool isThere)
    {
        if (isThere)
        {
            fakes.Customers.AnswersNever();
        }
        else
        {
            await fakes.Customers.StopAsync();
        }
        for (var i = 0; i < 2; i++)
        {
            using var lost = await api.GetAsync("/api/customers/customer-1");
            Assert.True(lost.StatusCode is HttpStatusCode.GatewayTimeout or HttpStatusCode.ServiceUnavailable, $"{lost.StatusCode}");
        }
        fakes.Customers.Forget();
        using (var refused = await api.GetAsync("/api/customers/customer-1"))
        {
            await IsProblemAsync(refused, HttpStatusCode.ServiceUnavailable, "unavailable");
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Empty(fakes.Customers.Received);
        }
        if (!isThere)
        {
            await EdgeBreakerIsAsync("customers", 2);
            await fakes.Customers.StartAsync();
        }
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/api/products"));
        await EdgeBreakerIsAsync("inventory", 0);

        fakes.Customers.Answers(200, Customer);
        await Wait.UntilAsync("customers are available again", async () =>
            await StatusAsync("/api/customers/customer-1") == HttpStatusCode.OK
        );
        await EdgeBreakerIsAsync("customers", 0);
    }

    [Fact]
    public async Task Errors_in_an_apps_own_answers_do_not_open_the_edges_breaker()
    {
        foreach (var status in (int[])[500, 503, 404, 500])
        {
            fakes.Customers.Answers(status, $$"""{"status":{{status}},"code":"its-own"}""");
            using var failed = await api.GetAsync("/api/customers/customer-1");
            await IsProblemAsync(failed, (HttpStatusCode)status, "its-own");
        }
        await EdgeBreakerIsAsync("customers", 0);
    }

    [Fact]
    public async Task Calls_between_services_are_retried_so_that_an_unstable_service_fails_no_order()
    {
        var calls = 0;
        fakes.Inventory.Answers(context =>
            context.Request.Path == "/products/prices"
                ? FakeService.WriteAsync(context, Interlocked.Increment(ref calls) % 3 == 0 ? 200 : 503, Prices)
                : FakeService.WriteAsync(context, 200, "{}")
        );

        for (var i = 0; i < 3; i++)
        {
            using var placed = await api.PostAsync(Api.Order());
            Assert.Equal(HttpStatusCode.Accepted, placed.StatusCode);
        }

        Assert.Equal(9, calls);
    }

    [Fact]
    public async Task A_breaker_opens_after_consecutive_failures_stops_calls_and_closes_when_the_service_recovers()
    {
        fakes.Inventory.Answers(503);
        for (var i = 0; i < 2; i++)
        {
            using var failed = await api.PostAsync(Api.Order());
            await IsProblemAsync(failed, HttpStatusCode.ServiceUnavailable, "unavailable");
        }
        await Wait.UntilAsync("an order is refused without a call to the service", async () =>
        {
            fakes.Inventory.Forget();
            using var refused = await api.PostAsync(Api.Order());
            await IsProblemAsync(refused, HttpStatusCode.ServiceUnavailable, "unavailable");
            Assert.NotNull(refused.Headers.RetryAfter);
            // otherwise it was the trial request of an open breaker
            return fakes.Inventory.Received.All(call => call.Path != "/products/prices");
        });
        await BreakerIsAsync("open");

        fakes.Inventory.Answers(200, Prices);
        await Wait.UntilAsync("the breaker closes after a successful trial", async () =>
        {
            using var placed = await api.PostAsync(Api.Order());
            return placed.StatusCode == HttpStatusCode.Accepted;
        });
        await BreakerIsAsync("closed");
    }

    [Fact]
    public async Task At_twice_its_capacity_the_edge_answers_accepted_requests_in_time_and_refuses_the_others()
    {
        fakes.Inventory.Answers(async context =>
        {
            // long enough for all clients to be there at once, also on a busy machine
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, context.RequestAborted);
            await FakeService.WriteAsync(context, 200, """{"items":[]}""");
        });
        // 8 places and a queue of 8
        var clients = Enumerable.Range(0, 32).Select(number => fakes.System.As($"crowd-{number}", "customer")).ToList();
        foreach (var client in clients)
        {
            await AskOftenAsync(client, 1); // each has its token now
        }

        var answers = (await Task.WhenAll(clients.Select(client => AskOftenAsync(client, 8)))).SelectMany(all => all).ToList();

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 429 or 503, $"{answer.Status}"));
        Assert.Contains(answers, answer => answer.Status == 503);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.True(answer.RetryAfter >= TimeSpan.FromSeconds(1)));
        var accepted = answers.Where(answer => answer.Status == 200).Select(answer => answer.Took).Order().ToList();
        Assert.True(
            accepted.Count >= 16 && accepted[(int)(accepted.Count * 0.99)] < TimeSpan.FromSeconds(10),
            $"{accepted.Count} were accepted; the slowest took {accepted[^1]}"
        );
        clients.ForEach(client => client.Dispose());
    }

    /// <summary>Restores the simulated services for other tests.</summary>
    public void Dispose()
    {
        fakes.Inventory.Answers(200, """{"items":[]}""");
        fakes.Customers.Answers(200, Customer);
        api.Dispose();
    }

    private static async Task<List<Answer>> AskOftenAsync(Api client, int times)
    {
        var answers = new List<Answer>();
        for (var i = 0; i < times; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            using var answer = await client.GetAsync("/api/products");
            answers.Add(new Answer((int)answer.StatusCode, Stopwatch.GetElapsedTime(begun), answer.Headers.RetryAfter?.Delta));
        }
        return answers;
    }

    /// <summary>
    /// Waits for the status of the breaker. The metric also counts the breakers of other paths, which sagas of earlier tests may still
    /// call.
    /// </summary>
    private Task BreakerIsAsync(string status) =>
        Wait.UntilAsync($"the breaker's metric says {status}", async () =>
            await fakes.MetricAsync("dapr_resiliency_cb_state", "app_id=\"orders\"", "target=\"app_inventory\"", $"status=\"{status}\"")
            == 1
        );

    /// <summary>Waits for the state, because the exporter caches its answer for a moment.</summary>
    private Task EdgeBreakerIsAsync(string appId, int state) => Wait.UntilAsync($"the edge's metric says {state} of {appId}", async () =>
        {
            using var response = await api.GetAsync("/metrics");
            var line = (await response.Content.ReadAsStringAsync())
                .Split('\n')
                .SingleOrDefault(one =>
                    one.StartsWith("gateway_breaker_state{", StringComparison.Ordinal)
                    && one.Contains($"app=\"{appId}\"", StringComparison.Ordinal)
                );
            return line is not null && line[(line.IndexOf('}', StringComparison.Ordinal) + 2)..].Split(' ')[0] == $"{state}";
        });

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await api.GetAsync(path);
        return answer.StatusCode;
    }

    private static async Task IsProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal(
            ("application/problem+json", code),
            (answer.Content.Headers.ContentType?.MediaType, (await answer.Content.ReadFromJsonAsync<ProblemView>())!.Code)
        );
    }

    private sealed record Answer(int Status, TimeSpan Took, TimeSpan? RetryAfter);
}
