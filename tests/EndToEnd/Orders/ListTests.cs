using System.Net;
using System.Net.Http.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests of the read model: pages by customer and by status, updated by events and rebuilt while the system runs.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class ListTests(SharedSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task A_customers_orders_are_listed_in_pages_newest_first_before_and_after_a_rebuild()
    {
        var customer = await system.Api.RegisterAsync("Dora Lister");
        var placed = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            placed.Insert(
                0,
                (
                    await system.Api.PlaceAndEndAsync(
                        Api.Order(
                            token: i == 3 ? "tok_declined" : "tok_ok",
                            customer: customer,
                            saga: i % 2 == 0 ? "choreography" : "orchestration"
                        )
                    )
                ).OrderId
            );
            // a list has the order in which events arrive, and the two sagas use two topics
            await system.Api.ListedAsync($"customerId={customer}&limit=3", placed);
        }

        await system.Api.ListedAsync($"customerId={customer}&status=cancelled", [placed[3]]);
        await system.Api.ListedAsync($"customerId={customer}&status=confirmed&limit=2", [.. placed.Where((_, i) => i != 3)]);
        var page = await system.Api.ReadAsync<ListOf<OrderView>>($"/api/orders?customerId={customer}&limit=1");
        Assert.Equal(("confirmed", "Dora Lister"), (page.Items[0].Status, page.Items[0].CustomerName));

        await system.Api.DoAsync("/api/operations/views/rebuild");
        await Wait.UntilAsync("the views are rebuilt", async () =>
            (await system.Api.ReadAsync<RebuildView>("/api/operations/views/rebuild")).Status == "done"
        );

        await system.Api.ListedAsync($"customerId={customer}&limit=2", placed);
        await system.Api.DoAsync($"/api/orders/{placed[0]}/cancel");
        await system.Api.ListedAsync($"customerId={customer}&status=cancelled", [placed[3], placed[0]], inOrder: false);
    }

    [Theory]
    [InlineData("cursor=nonsense", "cursor-invalid")]
    [InlineData("limit=0", "limit-invalid")]
    [InlineData("limit=101", "limit-invalid")]
    [InlineData("status=lost", "status-invalid")]
    public async Task An_invalid_page_request_is_refused(string query, string code)
    {
        using var refused = await system.Api.GetAsync($"/api/orders?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(code, (await refused.Content.ReadFromJsonAsync<ProblemView>())!.Code);
    }

    [Fact]
    public async Task A_customer_without_orders_has_an_empty_page() =>
        Assert.Empty((await system.Api.ReadAsync<ListOf<OrderView>>("/api/orders?customerId=nobody")).Items);

    private sealed record RebuildView(string Status, int Orders);
}
