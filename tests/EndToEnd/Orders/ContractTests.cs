using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EndToEnd.Systems;
using NJsonSchema;

namespace EndToEnd.Orders;

/// <summary>Tests that the published events and the served APIs match <c>contracts/</c>.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class ContractTests(SharedSystem shared)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "contracts");

    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task Every_published_event_matches_its_schema()
    {
        var seen = new ConcurrentDictionary<string, string>();
        await using var listener = await EventListener.StartAsync(system, received =>
        {
            var data = received.Data.ToStringUtf8();
            if (!IsMadeUp(data))
            {
                seen[received.Type] = data;
            }
        });

        await EverythingHappensAsync();

        var schemas = Directory
            .EnumerateFiles(Path.Combine(Folder, "events"), "*.json")
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file));
        // A refused cancellation needs two concurrent requests; the tests of the rules create that event.
        await Wait.UntilAsync(
            "every event was published",
            () => schemas.Keys.Except(seen.Keys).All(name => name == "order.cancellation-refused"),
            () => $"not seen: {string.Join(' ', schemas.Keys.Except(seen.Keys))}"
        );
        foreach (var (type, data) in seen)
        {
            Assert.True(schemas.ContainsKey(type), $"{type} has no schema: {data}");
            var schema = await JsonSchema.FromFileAsync(schemas[type]);
            Assert.True(schema.Validate(data) is { Count: 0 }, $"{type}: {string.Join(' ', schema.Validate(data))} in {data}");
        }
    }

    /// <summary>With RECORD_CONTRACTS=1 the test rewrites the files, to be reviewed and committed.</summary>
    [Theory]
    [InlineData("orders")]
    [InlineData("inventory")]
    [InlineData("payments")]
    [InlineData("shipping")]
    [InlineData("customers")]
    public async Task The_API_of_a_service_matches_its_contract(string appId)
    {
        using var sidecar = system.SidecarOf(appId);
        var served = JsonNode.Parse(await sidecar.ReadFromAppAsync("openapi/v1.json"))!.AsObject();
        served.Remove("servers"); // where it runs is no part of the contract
        var file = Path.Combine(Folder, "openapi", $"{appId}.json");
        if (Environment.GetEnvironmentVariable("RECORD_CONTRACTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(
                file,
                served.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true }) + "\n"
            );
        }
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(file)), served),
            $"contracts/openapi/{appId}.json is not what {appId} serves"
        );
    }

    private async Task EverythingHappensAsync()
    {
        var api = system.Api;
        var customer = await api.RegisterAsync("Conny Contract");
        await api.ChangeCustomerAsync(customer, "Conny Contract-Smith");
        await api.PutProductAsync(
            "pearls-contract",
            new
            {
                name = "Pearls",
                price = 600_000_000,
                stock = 100,
            }
        );
        foreach (var order in new[] { Api.Order(), Api.Order(customer: "customer-3", saga: "choreography") })
        {
            await api.PlaceAndEndAsync(order);
        }
        await api.PlaceTooLateAsync();
        var shipped = await api.PlaceAndEndAsync(Api.Order("product-5"));
        await api.DoAsync($"/api/operations/shipments/{shipped.OrderId}/ship");
        await api.DoAsync($"/api/operations/shipments/{shipped.OrderId}/deliver");
        var cancelled = await api.PlaceAndEndAsync(Api.Order(saga: "choreography"));
        await api.DoAsync($"/api/orders/{cancelled.OrderId}/cancel");
        await api.PlaceAndEndAsync(Api.Order(token: "tok_declined", saga: "choreography"));
        foreach (var decision in new[] { "approve", "reject" })
        {
            var large = await api.PlaceAsync(Api.Order("pearls-contract"));
            await Wait.ForAsync("the order waits for approval", async () => (await api.OrderAsync(large)).Approval);
            await api.DoAsync($"/api/operations/approvals/{large}", new { decision });
        }
        var parked = await api.WhenAsync(
            await api.PlaceAsync(Api.Order(token: "tok_refund_fails", customer: "customer-3", saga: "choreography")),
            "intervention"
        );
        await api.DoAsync(
            $"/api/operations/interventions/{parked.Interventions![0].InterventionId}",
            new { decision = "resolved", note = "by hand" }
        );
        await api.WhenAsync(parked.OrderId, "cancelled");
    }

    /// <summary>True for events that other tests have published as a service, dated 1970. A broker may still hold some.</summary>
    private static bool IsMadeUp(string data) =>
        data.Length == 0
        || JsonNode.Parse(data) is not JsonObject received
        || received["occurredAt"]?.GetValue<DateTimeOffset>() is not { } at
        || at == DateTimeOffset.UnixEpoch;
}
