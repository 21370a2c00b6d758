using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Sets;

public sealed class BrokerChangeTests
{
    [SkippableFact]
    public async Task Changing_the_broker_in_YAML_keeps_the_orders_of_the_unchanged_stores()
    {
        await using var redis = await RedisSet.StartAsync();
        await using var system = await OrderSystem.StartAsync(folder => folder.LeaveOutViewers());
        var before = await system.Api.PlaceAndEndAsync(Api.Order("product-5"));
        await system.EndsWellAsync();

        system.Rewrite(
            "events",
            $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: events
            spec:
              type: pubsub.redis
              version: v1
              metadata:
                - name: redisHost
                  value: {redis.Address}
            """
        );
        await system.StartAgainAsync();

        Assert.Equal(
            (before.OrderId, before.Status, before.Total),
            (await system.Api.OrderAsync(before.OrderId)) is var found ? (found.OrderId, found.Status, found.Total) : default
        );
        Assert.Equal("confirmed", (await system.Api.PlaceAndEndAsync(Api.Order("product-5"))).Status);
    }
}
