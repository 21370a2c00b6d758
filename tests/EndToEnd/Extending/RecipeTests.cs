using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using EndToEnd.Orders;
using EndToEnd.Sets;
using EndToEnd.Systems;

namespace EndToEnd.Extending;

/// <summary>Follows docs/extend.md: writes each code block into the file that it names, then builds and runs the result.</summary>
public sealed partial class RecipeTests
{
    /// <summary>Builds both services by one command, which costs less than two.</summary>
    private const string Both = """
        <Project DefaultTargets="Build">
          <ItemGroup>
            <Service Include="Returns/Returns.csproj;Orders/Orders.csproj" />
          </ItemGroup>
          <Target Name="Restore">
            <MSBuild Projects="@(Service)" Targets="Restore" />
          </Target>
          <Target Name="Build">
            <MSBuild Projects="@(Service)" Targets="Build" />
          </Target>
        </Project>
        """;

    private static readonly string[] Sets = ["embedded", "redis", "postgres-rabbitmq"];

    [Fact]
    public async Task The_recipes_build_a_service_that_receives_deliveries_and_executes_a_step_of_both_sagas()
    {
        await using var set = await StoreSet.OfSuiteAsync();
        await set.ExecuteAsync(Recipes().Single(block => block.Groups["kind"].Value == "sql").Groups["text"].Value);
        // The new service is a process, because its project file is the recipe's too. The changed orders has that of the repository.
        await using var system = await OrderSystem.StartAsync(set, Follow, hosting: SystemHosting.TestProcessExcept("returns"));
        using var sidecar = system.SidecarOf("gateway");
        string[] done =
        [
            "create-order done",
            "reserve-inventory done",
            "process-payment done",
            "promise-returns done",
            "arrange-shipment done",
        ];
        string[] undone =
        [
            "create-order compensated",
            "reserve-inventory compensated",
            "process-payment compensated",
            "promise-returns compensated",
            "arrange-shipment failed",
        ];
        var nowhere = await system.Api.RegisterAsync("Nemo", "XX");
        foreach (var saga in new[] { "orchestration", "choreography" })
        {
            var confirmed = await system.Api.PlaceAndEndAsync(Api.Order(saga: saga));
            Assert.Equal("confirmed", confirmed.Status);
            Assert.Equal(done, confirmed.States);
            Assert.Equal("promised", Promise(system, confirmed.OrderId));

            var refused = await system.Api.PlaceAndEndAsync(Api.Order(customer: nowhere, saga: saga));
            Assert.Equal("cancelled", refused.Status);
            Assert.Equal(undone, refused.States);
            Assert.Equal("withdrawn", Promise(system, refused.OrderId));

            await system.Api.DoAsync($"/api/operations/shipments/{confirmed.OrderId}/ship");
            await system.Api.WhenAsync(confirmed.OrderId, "shipped");
            await system.Api.DoAsync($"/api/operations/shipments/{confirmed.OrderId}/deliver");
            await system.Api.WhenAsync(confirmed.OrderId, "delivered");
            await Wait.UntilAsync("returns keeps the order's window", () =>
                Task.FromResult(Kept(system, confirmed.OrderId).Any(value => value.Until is not null))
            );
            var window = JsonSerializer.Deserialize<ReturnsRecord>(
                await sidecar.ReadAsync("returns", $"returns/{confirmed.OrderId}", "operator:tests"),
                JsonSerializerOptions.Web
            )!;
            Assert.Equal(confirmed.OrderId, window.OrderId);
            Assert.True(window.Until > TimeProvider.System.GetUtcNow().AddDays(29));
        }
    }

    private static string Promise(OrderSystem system, string orderId) =>
        Kept(system, orderId).Single(value => value.Status is not null).Status!;

    private static IEnumerable<ReturnsRecord> Kept(OrderSystem system, string orderId) =>
        system
            .Set.ValuesOf("returns-store")
            .Select(value => JsonSerializer.Deserialize<ReturnsRecord>(value, JsonSerializerOptions.Web)!)
            .Where(value => value.OrderId == orderId);

    private static void Follow(SystemFolder folder)
    {
        // The recipes change and build a copy, because other tests use the repository at the same time.
        CopyOrders(folder);
        folder.LeaveOutViewers();
        foreach (var block in Recipes().Where(block => block.Groups["kind"].Value != "sql"))
        {
            var (kind, file, text) = (block.Groups["kind"].Value, block.Groups["file"].Value, block.Groups["text"].Value);
            if (file == "dapr.yaml")
            {
                File.AppendAllText(
                    folder.Template,
                    text.Replace("./services", folder.In("services"), StringComparison.Ordinal)
                        .Replace("5107", $"{FreePort.Take()}", StringComparison.Ordinal)
                );
                continue;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(folder.In(file))!);
            if (kind == "diff")
            {
                // "Write it into every set": the recipe shows the embedded one. The broker's file exists in all of them.
                foreach (var set in file.EndsWith("/events.yaml", StringComparison.Ordinal) ? Sets : ["embedded"])
                {
                    Patch(folder, file.Replace("/embedded/", $"/{set}/", StringComparison.Ordinal), text);
                }
                continue;
            }
            File.WriteAllText(folder.In(file), InRepository(text));
        }
        foreach (var set in Sets.Skip(1))
        {
            File.WriteAllText(
                folder.In($"components/{set}/returns-store.yaml"),
                File.ReadAllText(folder.In($"components/{set}/payments-store.yaml"))
                    .Replace("payments", "returns", StringComparison.Ordinal)
            );
        }
        foreach (var shared in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
        {
            var source = shared == "Directory.Build.props" ? $"{Repository.Root}services/{shared}" : $"{Repository.Root}{shared}";
            File.WriteAllText(folder.In($"services/{shared}"), $"<Project><Import Project=\"{source}\" /></Project>");
        }
        File.WriteAllText(folder.In("services/Both.proj"), Both);
        Build(folder.In("services/Both.proj"));
    }

    private static IEnumerable<Match> Recipes() =>
        CodeBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "extend.md")));

    private static void CopyOrders(SystemFolder folder)
    {
        var orders = Path.Combine(Repository.Root, "services", "Orders");
        foreach (var file in Directory.EnumerateFiles(orders, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(orders, file);
            if (relative.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
            {
                var copy = folder.In(Path.Combine("services", "Orders", relative));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.WriteAllText(copy, InRepository(File.ReadAllText(file)));
            }
        }
        folder.Replace("dapr.yaml", $"{Repository.Root}services/Orders/bin/app/Orders.dll", "bin/app/Orders.dll");
    }

    private static string InRepository(string text) =>
        text.Replace("../ServiceDefaults/", $"{Repository.Root}services/ServiceDefaults/", StringComparison.Ordinal);

    /// <summary>Each hunk must fit in exactly one place.</summary>
    private static void Patch(SystemFolder folder, string file, string diff)
    {
        foreach (var hunk in diff.Split("@@\n"))
        {
            var lines = hunk.TrimEnd('\n').Split('\n');
            var old = string.Join('\n', lines.Where(line => line[0] != '+').Select(line => line[1..])) + "\n";
            Assert.Equal(2, File.ReadAllText(folder.In(file)).Split(old).Length);
            folder.Replace(file, old, string.Join('\n', lines.Where(line => line[0] != '-').Select(line => line[1..])) + "\n");
        }
    }

    private static void Build(string project)
    {
        using var build = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    "build",
                    project,
                    "-v",
                    "q",
                    "-c",
                    Repository.Configuration, // that of ServiceDefaults, which is not built again
                    "-p:BuildProjectReferences=false",
                    "-nodeReuse:false", // but with the compiler's server, which the build of the tests has started
                ]
            )
            {
                RedirectStandardOutput = true,
            }
        )!;
        var said = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, said);
    }

    /// <summary>A record of <c>returns</c> for an order: a promise, or the date until which the goods may be sent back.</summary>
    private sealed record ReturnsRecord(string OrderId, DateTimeOffset? Until, string? Status);

    [GeneratedRegex(@"^```(?<kind>\w+) (?<file>[\w./-]+)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();
}
