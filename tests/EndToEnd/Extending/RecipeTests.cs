using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Extending;

/// <summary>Follows docs/extend.md: each code block goes into the file that it names, and what comes out is built and run.</summary>
public sealed partial class RecipeTests
{
    [Fact]
    public async Task The_recipes_lead_to_a_service_with_a_store_of_its_own_that_hears_of_deliveries()
    {
        await using var system = await OrderSystem.StartAsync(Follow);
        var order = await system.Api.PlaceAndEndAsync(Api.Order());
        await system.Api.DoAsync($"/api/operations/shipments/{order.OrderId}/ship");
        await system.Api.WhenAsync(order.OrderId, "shipped");
        await system.Api.DoAsync($"/api/operations/shipments/{order.OrderId}/deliver");
        await system.Api.WhenAsync(order.OrderId, "delivered");

        await Wait.UntilAsync("returns keeps the order's window", () => Task.FromResult(system.Set.ValuesOf("returns-store").Any(window => window.Contains(order.OrderId, StringComparison.Ordinal))));
        using var sidecar = system.SidecarOf("gateway");
        var window = JsonSerializer.Deserialize<ReturnWindow>(await sidecar.ReadAsync("returns", $"returns/{order.OrderId}"), JsonSerializerOptions.Web)!;
        Assert.Equal(order.OrderId, window.OrderId);
        Assert.True(window.Until > TimeProvider.System.GetUtcNow().AddDays(29));
    }

    private static void Follow(SystemFolder folder)
    {
        foreach (Match block in CodeBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "extend.md"))))
        {
            var (file, text) = (block.Groups["file"].Value, block.Groups["text"].Value);
            if (file == "dapr.yaml")
            {
                File.AppendAllText(folder.Template, text.Replace("./services", folder.In("services"), StringComparison.Ordinal).Replace("5107", $"{FreePort.Take()}", StringComparison.Ordinal));
                continue;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(folder.In(file))!);
            File.WriteAllText(folder.In(file), text.Replace("../ServiceDefaults/", $"{Repository.Root}services/ServiceDefaults/", StringComparison.Ordinal));
        }
        // The project stands outside of the repository, which other tests are using, and is built as if it stood in it.
        foreach (var shared in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
        {
            var source = shared == "Directory.Build.props" ? $"{Repository.Root}services/{shared}" : $"{Repository.Root}{shared}";
            File.WriteAllText(folder.In($"services/{shared}"), $"<Project><Import Project=\"{source}\" /></Project>");
        }
        Build(folder.In("services/Returns/Returns.csproj"));
    }

    private static void Build(string project)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", project, "-v", "q", "-p:BuildProjectReferences=false", "--disable-build-servers"]) { RedirectStandardOutput = true })!;
        var said = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, said);
    }

    private sealed record ReturnWindow(string OrderId, DateTimeOffset Until);

    [GeneratedRegex(@"^```\w+ (?<file>[\w./-]+)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();
}
