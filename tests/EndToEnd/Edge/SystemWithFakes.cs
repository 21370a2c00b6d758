using System.Globalization;
using System.Text.RegularExpressions;
using EndToEnd.Systems;

namespace EndToEnd.Edge;

/// <summary>
/// Runs the real gateway, the real orders service and the real policies of their sidecars with shorter waits. The tests simulate the other
/// services.
/// </summary>
public sealed class SystemWithFakes : IAsyncLifetime
{
    private const string Limits = """

            Limits__PerUserPerSecond: "10"
            Limits__PerUserBurst: "20"
            Limits__PerAddressPerSecond: "20"
            Limits__PerAddressBurst: "400"
            Limits__Concurrent: "8"
            Limits__Queued: "8"
        """;

    private readonly Dictionary<string, FakeService> fakes = [];
    private readonly List<Task> starting = [];
    private OrderSystem? system;

    internal OrderSystem System => system!;

    internal FakeService Inventory => fakes["inventory"];

    internal FakeService Customers => fakes["customers"];

    /// <summary>Returns a metric of the sidecar of orders, by name and some of its labels.</summary>
    internal async Task<double> MetricAsync(string name, params string[] labels)
    {
        using var orders = System.SidecarOf("orders");
        var lines = (await orders.MetricsAsync()).Split('\n');
        var line = lines.FirstOrDefault(one =>
            one.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(label => one.Contains(label, StringComparison.Ordinal))
        );
        Assert.True(
            line is not null,
            $"no {name} with {string.Join(", ", labels)} in{Environment.NewLine}{string.Join('\n', lines.Where(one => one.StartsWith(name, StringComparison.Ordinal)))}"
        );
        return double.Parse(line[line.LastIndexOf(' ')..], CultureInfo.InvariantCulture);
    }

    public async Task InitializeAsync()
    {
        system = await OrderSystem.StartAsync(Prepare, SystemHosting.Processes); // for its own metrics
        await Task.WhenAll(starting);
        Customers.Answers(
            200,
            """{"customerId":"customer-1","name":"Ada","address":{"line1":"Main St 1","city":"Graz","postalCode":"8010","country":"AT"}}"""
        );
        Inventory.Answers(200, """{"items":[]}""");
        // The first call is the slowest, and calls to customers have a time-out of three seconds.
        using var early = System.As("early", "customer");
        await Wait.UntilAsync("calls to customers succeed", async () =>
        {
            using var answer = await early.SendTextAsync("GET", "/api/customers/early", null);
            return answer.IsSuccessStatusCode;
        });
    }

    public async Task DisposeAsync()
    {
        if (system is not null)
        {
            await system.DisposeAsync();
        }
        foreach (var service in fakes.Values)
        {
            await service.DisposeAsync();
        }
    }

    private void Prepare(SystemFolder folder)
    {
        folder.LeaveOut("console");
        var template = File.ReadAllText(folder.Template);
        foreach (var appId in (string[])["inventory", "customers", "payments", "shipping", "orders-grpc"])
        {
            template = Regex.Replace(template, $@"(- appID: {appId}\n(?:    .*\n)*?)    command: .*\n", "$1");
            fakes[appId] = new FakeService(folder.Ports[appId]);
            starting.Add(fakes[appId].StartAsync());
        }
        File.WriteAllText(folder.Template, template.Replace("appProtocol: grpc", "appProtocol: http", StringComparison.Ordinal));
        folder.Replace("dapr.yaml", "    ASPNETCORE_ENVIRONMENT: Development", "    ASPNETCORE_ENVIRONMENT: Development" + Limits);
        folder.Replace("components/resiliency-edge.yaml", "edge: 10s", "edge: 10s\n      short: 3s");
        folder.Replace("components/resiliency-edge.yaml", "customers: { timeout: edge }", "customers: { timeout: short }");
        folder.Replace("components/resiliency.yaml", "maxInterval: 10s", "maxInterval: 200ms");
    }
}

[CollectionDefinition(Name)]
public sealed class OnSystemWithFakes : ICollectionFixture<SystemWithFakes>
{
    public const string Name = "system with fakes";
}
