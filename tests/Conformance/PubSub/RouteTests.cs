using Conformance.Apps;
using Conformance.Running;

namespace Conformance.PubSub;

/// <summary>The request of an HTTP app for a route that is no plain path.</summary>
public sealed class RouteTests
{
    [Theory]
    [InlineData("/orders?code=1", "/orders", "?code=1")]
    [InlineData("/orders/", "/orders", "")]
    [InlineData("//shop//orders", "/shop/orders", "")]
    [InlineData("/shop/../orders/./new", "/orders/new", "")]
    [InlineData("/a%20b%2Fc", "/a%20b%2Fc", "")]
    [InlineData("/grün und/gelb", "/gr%C3%BCn%20und/gelb", "")]
    public async Task Single_events_and_bulks_arrive_at_the_clean_path_with_the_query_of_the_route(string route, string path, string query)
    {
        await using var app = await HttpApp.StartAsync();
        app.Subscribes(
            $$$"""
            [{"pubsubname":"events","topic":"single","route":"{{{route}}}"},
             {"pubsubname":"events","topic":"bulk","route":"{{{route}}}",
              "bulkSubscribe":{"enabled":true,"maxMessagesCount":1,"maxAwaitDurationMs":50}}]
            """
        );
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { AppPort = app.PortNumber, Resources = [Yaml.Component("events", "pubsub.in-memory")] }
        );
        foreach (var topic in (string[])["single", "bulk"])
        {
            await sidecar.Http.SendAsync("POST", $"/v1.0/publish/events/{topic}", "{}").SucceedsAsync();
            Assert.Equal(query, (await app.NextAsync(path)).Query);
        }
    }

    [Fact]
    public async Task An_input_binding_asks_and_calls_the_clean_path_with_the_query_of_its_route()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("tick", "bindings.cron", ("schedule", "@every 1s"), ("route", "/on//tick/?by=clock"))],
            }
        );
        foreach (var method in (string[])["OPTIONS", "POST"])
        {
            var got = await app.NextAsync("/on/tick/");
            Assert.Equal((method, "?by=clock"), (got.Method, got.Query));
        }
    }
}
