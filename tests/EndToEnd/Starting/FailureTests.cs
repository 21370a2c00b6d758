using System.Net;
using System.Net.Sockets;
using EndToEnd.Systems;

namespace EndToEnd.Starting;

/// <summary>Tests of starts that fail: one message with the location and the remedy, an exit code, and no process left.</summary>
public sealed class FailureTests
{
    [EmbeddedRunFact]
    public async Task A_mistake_in_the_template_is_reported_with_file_and_line() =>
        await FailsAsync(folder => folder.Replace("dapr.yaml", "appID: payments", "apID: payments"), "dapr.yaml:", "apID");

    [EmbeddedRunFact]
    public async Task Invalid_YAML_is_reported_with_file_and_line() =>
        await FailsAsync(folder => folder.Replace("dapr.yaml", "apps:", "apps: ]"), "dapr.yaml:");

    [EmbeddedRunFact]
    public async Task An_unknown_component_type_is_reported_with_file_line_and_the_known_types() =>
        await FailsAsync(
            folder => folder.Replace("components/embedded/payments-store.yaml", "state.sqlite", "state.sqlight"),
            "payments-store.yaml:",
            "state.sqlight",
            "state.sqlite"
        );

    [EmbeddedRunFact]
    public async Task Unknown_metadata_of_a_component_are_reported_with_file_and_line() =>
        await FailsAsync(
            folder => folder.Replace("components/embedded/payments-store.yaml", "name: tableName", "name: tableNam"),
            "payments-store.yaml:",
            "tableNam"
        );

    [EmbeddedRunFact]
    public async Task A_missing_resource_folder_is_reported_with_file_and_line() =>
        await FailsAsync(
            folder => folder.Replace("dapr.yaml", "./components/configuration.yaml", "./components/nothing.yaml"),
            "dapr.yaml:",
            "nothing.yaml"
        );

    [EmbeddedRunFact]
    public async Task A_missing_template_is_reported_with_the_remedy() =>
        await FailsAsync(folder => File.Delete(folder.Template), "dapr.yaml", "-f");

    [EmbeddedRunFact]
    public async Task A_missing_command_is_reported_with_its_app() =>
        await FailsAsync(
            folder =>
            {
                LeaveShippingAndALightApp(folder);
                folder.ReplaceCommand("Shipping", """["no-such-command"]""");
            },
            "'shipping'",
            "no-such-command"
        );

    [EmbeddedRunFact]
    public async Task An_assembly_that_is_not_built_is_reported_with_the_remedy() =>
        await FailsAsync(
            folder =>
            {
                LeaveShippingAndALightApp(folder);
                folder.Replace("dapr.yaml", "bin/app/Shipping.dll", "bin/app/Shopping.dll");
            },
            "'shipping'",
            "Shopping.dll",
            "dotnet build"
        );

    [EmbeddedRunFact]
    public async Task A_command_that_exits_immediately_ends_a_run_without_restarts_and_is_reported_with_its_last_output()
    {
        using var folder = await SystemFolder.CreateAsync();
        LeaveShippingAndALightApp(folder);
        folder.ReplaceCommand("Shipping", """["sh", "-c", "echo no parcels today; exit 7"]""");

        await FailsAsync(folder, ["--no-restart"], "'shipping'", "exit code 7", "no parcels today");
    }

    [EmbeddedRunFact]
    public async Task A_busy_port_of_an_app_is_reported()
    {
        using var folder = await SystemFolder.CreateAsync();
        LeaveShippingAndALightApp(folder);
        using var squatter = new TcpListener(IPAddress.Loopback, folder.Ports["shipping"]);
        squatter.Start();

        await FailsAsync(folder, [], "'shipping'", $"{folder.Ports["shipping"]}");
    }

    [EmbeddedRunFact]
    public async Task A_busy_port_of_a_sidecar_is_reported()
    {
        using var folder = await SystemFolder.CreateAsync();
        LeaveShippingAndALightApp(folder);
        using var squatter = new TcpListener(IPAddress.Loopback, FreePort.Take());
        squatter.Start();
        var port = ((IPEndPoint)squatter.LocalEndpoint).Port;
        folder.Replace("dapr.yaml", "  - appID: shipping", $"  - daprHTTPPort: {port}\n    appID: shipping");

        await FailsAsync(folder, [], "shipping", $"{port}");
    }

    /// <summary>The light app starts before shipping, whose start fails, and has to end with the run.</summary>
    private static void LeaveShippingAndALightApp(SystemFolder folder)
    {
        folder.LeaveOut("customers", "orders", "gateway", "payments", "orders-grpc", "console");
        folder.ReplaceCommand("Inventory", """["sleep", "600"]""");
    }

    private static async Task FailsAsync(Action<SystemFolder> mistake, params string[] said)
    {
        using var folder = await SystemFolder.CreateAsync();
        mistake(folder);
        await FailsAsync(folder, [], said);
    }

    private static async Task FailsAsync(SystemFolder folder, IReadOnlyList<string> flags, params string[] said)
    {
        await using var sidecar = SidecarProcess.Start(folder, ["run", "-f", folder.Template, "--strict", .. flags]);

        var code = await sidecar.EndedAsync();

        Assert.True(code != 0, sidecar.Output);
        Assert.All(said, part => Assert.Contains(part, sidecar.Output, StringComparison.Ordinal));
        // a message, not a stack trace
        Assert.DoesNotContain(sidecar.Output.Split('\n'), line => line.StartsWith("   at ", StringComparison.Ordinal));
        Assert.DoesNotContain(folder.Recorded(), process => process.IsAlive);
    }
}
