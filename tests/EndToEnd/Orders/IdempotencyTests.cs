using System.Net;
using System.Net.Http.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

[Collection(OnSharedSystem.Name)]
public sealed class IdempotencyTests(SharedSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task Repeating_an_order_with_the_same_key_returns_the_same_order_even_after_its_end()
    {
        var key = Guid.NewGuid().ToString();
        var before = await system.Api.ProductAsync("product-5");

        var first = await system.Api.PlaceAsync(Api.Order("product-5"), key);
        await system.Api.EndOfAsync(first);
        var again = await system.Api.PlaceAsync(Api.Order("product-5"), key);

        Assert.Equal(first, again);
        Assert.Equal(before.Reserved + 1, (await system.Api.ProductAsync("product-5")).Reserved);
    }

    [Fact]
    public async Task Reusing_a_key_with_another_body_is_refused()
    {
        var key = Guid.NewGuid().ToString();
        await system.Api.EndOfAsync(await system.Api.PlaceAsync(Api.Order("product-6"), key));

        using var response = await system.Api.PostAsync(Api.Order("product-6", 2), key);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("idempotency-key-reused", (await response.Content.ReadFromJsonAsync<ProblemView>())!.Code);
    }

    [Fact]
    public async Task The_same_key_of_another_customer_creates_another_order()
    {
        var key = Guid.NewGuid().ToString();

        var one = await system.Api.PlaceAsync(Api.Order(customer: "customer-1"), key);
        var other = await system.Api.PlaceAsync(Api.Order(customer: "customer-2"), key);

        Assert.NotEqual(one, other);
        await system.Api.EndOfAsync(one);
        await system.Api.EndOfAsync(other);
    }

    [Fact]
    public async Task Concurrent_duplicates_create_one_order()
    {
        var key = Guid.NewGuid().ToString();
        var before = await system.Api.ProductAsync("product-7");

        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => system.Api.PlaceAsync(Api.Order("product-7"), key)));
        await system.Api.EndOfAsync(ids[0]);

        Assert.Single(ids.Distinct());
        Assert.Equal(before.Reserved + 1, (await system.Api.ProductAsync("product-7")).Reserved);
    }
}
