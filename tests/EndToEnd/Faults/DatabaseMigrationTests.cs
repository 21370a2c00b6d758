using System.Security.Cryptography;
using System.Text.RegularExpressions;
using EndToEnd.Orders;
using EndToEnd.Sets;
using EndToEnd.Systems;
using Microsoft.Data.Sqlite;

namespace EndToEnd.Faults;

/// <summary>
/// Tests of the first start on a database per service, with the data of an earlier version, which kept all tables in
/// <c>data/platform.db</c>.
/// </summary>
public sealed partial class DatabaseMigrationTests
{
    private const int FillerRows = 25_000;

    private static readonly string[] Sagas = ["orchestration", "choreography"];

    /// <summary>The last table to be copied gets rows enough to be killed in between.</summary>
    private static readonly string Fill =
        $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {FillerRows}) "
        + "INSERT INTO orders_workflow (key, value, is_binary, etag) SELECT 'filler||' || i, zeroblob(4000), 0, 'e' FROM n";

    [EmbeddedRunFact]
    public async Task Orders_in_every_state_continue_in_a_database_per_service_even_if_the_copy_is_killed()
    {
        var set = new EmbeddedSet();
        SystemFolder? folder = null;
        await using var system = await OrderSystem.StartAsync(
            set,
            prepared => Earlier(folder = prepared),
            DaprInstallation.EmbeddedRun,
            SystemHosting.OneProcess
        );
        var stock = await system.Api.ProductsAsync();
        var ended = await Task.WhenAll(
            Sagas.SelectMany(saga =>
                new[]
                {
                    EndedAsync(system, Api.Order("product-3", saga: saga), $"confirmed-{saga}"),
                    EndedAsync(system, Api.Order(token: "tok_declined", saga: saga), $"declined-{saga}"),
                }
            )
        );
        var waiting = await Task.WhenAll(
            Sagas.Select(saga => system.Api.PlaceStubbornlyAsync(Api.Order("product-10", 10, saga: saga), $"waiting-{saga}"))
        );
        foreach (var order in waiting)
        {
            await Wait.ForAsync("the order waits for approval", async () => (await system.Api.OrderAsync(order)).Approval);
        }
        await system.Api.ListedAsync("limit=100", [.. ended, .. waiting], inOrder: false);
        var events = await EventsAsync(system, [.. ended, .. waiting]);
        var placing = Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(number => system.Api.PlaceStubbornlyAsync(Api.Order("product-5", saga: Sagas[number % 2]), $"moved-{number}"))
        );
        await Wait.UntilAsync("the first orders have reserved their products", async () =>
            (await system.Api.ProductAsync("product-5")).Reserved > 0
        );
        await system.KillSidecarAsync();
        await Task.WhenAll(system.Processes.Select(process => process.KillAsync()));
        Assert.Equal(["platform.db"], Databases(folder!));

        UpdateComponents(system);
        Run(folder!.In("data/platform.db"), Fill);
        var before = Hashes(folder);
        await using (var killed = system.StartSecond())
        {
            await LogGrowsAsync(folder, "orders.db-wal");
            await killed.KillAsync();
        }
        Assert.Equal(
            "orders_store orders_views",
            Run(
                folder.In("data/orders.db"),
                "SELECT group_concat(name, ' ' ORDER BY name) FROM sqlite_master WHERE name LIKE 'orders_%' AND type = 'table'"
            )
        );
        await system.StartAgainAsync(SystemHosting.TestProcess);

        var underWay = await placing;
        Assert.Equal(events, await EventsAsync(system, [.. ended, .. waiting]));
        foreach (var order in waiting)
        {
            await system.Api.DoAsync($"/api/operations/approvals/{order}", new { decision = "approve" });
            await system.Api.WhenAsync(order, "confirmed");
        }
        Assert.Equal(ended[0], await system.Api.PlaceStubbornlyAsync(Api.Order("product-3", saga: Sagas[0]), $"confirmed-{Sagas[0]}"));
        await Invariants.HoldAsync(system, stock, [.. ended, .. waiting, .. underWay]);
        Assert.Equal(
            ["customers.db", "events.db", "inventory.db", "orders.db", "payments.db", "platform.db", "shipping.db"],
            Databases(folder)
        );
        Assert.Equal(before, Hashes(folder));
        Assert.Contains("rows of orders_workflow from", system.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("rows of orders_store from", system.Output, StringComparison.Ordinal); // the killed start has copied it
    }

    [EmbeddedRunFact]
    public async Task Reminders_of_an_earlier_version_fire_in_the_new_databases()
    {
        SystemFolder? folder = null;
        await using var system = await OrderSystem.StartAsync(
            new EmbeddedSet(),
            prepared =>
            {
                Earlier(folder = prepared);
                folder.Replace("dapr.yaml", "Shipping__ShipAfter: \"00:30:00\"", "Shipping__ShipAfter: \"00:00:20\"");
                folder.Replace("dapr.yaml", "Shipping__DeliverAfter: \"00:01:00\"", "Shipping__DeliverAfter: \"00:00:02\"");
            },
            DaprInstallation.EmbeddedRun
        );
        var order = await EndedAsync(system, Api.Order(), "shipped later");
        await system.EndsWellAsync();
        Assert.Equal(
            1L,
            Run(folder!.In("data/platform.db"), "SELECT count(*) FROM shipping_actors WHERE key LIKE 'shipping||actor-reminder||%'")
        );

        UpdateComponents(system);
        await system.StartAgainAsync();

        await system.Api.WhenAsync(order, "delivered");
        Assert.Single(await system.Api.EventsAsync(order), happened => happened == "order.shipped");
    }

    /// <summary>Writes the components as earlier versions had them, and the limit above which orders wait for approval.</summary>
    private static void Earlier(SystemFolder folder)
    {
        folder.LeaveOutViewers();
        foreach (var file in Directory.EnumerateFiles(folder.In("components/embedded"), "*.yaml"))
        {
            File.WriteAllText(file, OwnFile().Replace(File.ReadAllText(file), ""));
        }
        folder.Replace("dapr.yaml", "Saga__ApprovalLimit: \"500000000\"", "Saga__ApprovalLimit: \"10000\"");
    }

    private static async Task<string> EndedAsync(OrderSystem system, object order, string key) =>
        (await system.Api.EndOfAsync(await system.Api.PlaceStubbornlyAsync(order, key))).OrderId;

    private static void UpdateComponents(OrderSystem system)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "components/embedded"), "*.yaml"))
        {
            system.Rewrite(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file));
        }
    }

    private static async Task<List<string>> EventsAsync(OrderSystem system, IReadOnlyList<string> orders)
    {
        var all = new List<string>();
        foreach (var order in orders)
        {
            all.Add($"{order}: {string.Join(' ', await system.Api.EventsAsync(order))}");
        }
        return all;
    }

    private static IEnumerable<string> Databases(SystemFolder folder) =>
        Directory.EnumerateFiles(folder.In("data"), "*.db").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private static List<string> Hashes(SystemFolder folder) =>
        [
            .. ((string[])["data/platform.db", "data/platform.db-wal"])
                .Select(folder.In)
                .Where(file => File.Exists(file) && new FileInfo(file).Length > 0)
                .Select(file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"),
        ];

    /// <summary>Waits for the first uncommitted rows in a file's log: what exceeds SQLite's cache is written before the commit.</summary>
    private static async Task LogGrowsAsync(SystemFolder folder, string log)
    {
        var grown = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(folder.In("data"), log) { NotifyFilter = NotifyFilters.Size };
        watcher.Changed += (_, change) =>
        {
            if (new FileInfo(change.FullPath) is { Exists: true, Length: > 1_000_000 })
            {
                grown.TrySetResult();
            }
        };
        watcher.EnableRaisingEvents = true;
        await grown.Task.WaitAsync(TimeSpan.FromMinutes(2));
    }

    private static object? Run(string path, string statement)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteScalar();
    }

    [GeneratedRegex(@"      value: \.\./\.\./data/\w+\.db\n    - name: migrateFrom.*\n")]
    private static partial Regex OwnFile();
}
