using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using EndToEnd.Orders;
using EndToEnd.Sets;
using EndToEnd.Systems;

namespace EndToEnd.OnDaprd;

/// <summary>Tests of the platform on real Dapr, started by Dapr's own CLI: <c>dapr run -f .</c>.</summary>
public sealed class DaprCliTests
{
    private static readonly string[] Apps =
    [
        "console",
        "customers",
        "gateway",
        "inventory",
        "orders",
        "orders-grpc",
        "payments",
        "shipping",
    ];

    [SkippableFact]
    public async Task Dapr_run_completes_orders_of_both_sagas_with_every_ending_and_dapr_stop_ends_the_run()
    {
        var dapr = DaprInstallation.OfSuite;
        Skip.If(
            dapr is not { Cli: not null, Placement: not null, Scheduler: not null },
            "DAPRD_PATH, PLACEMENT_PATH, SCHEDULER_PATH and DAPR_CLI_PATH have to name a Dapr installation"
        );
        await using var set = await StoreSet.StartAsync("redis");
        using var folder = await SystemFolder.CreateAsync(withTokens: false);
        set.PointAt(folder);
        var output = new ConcurrentQueue<string>();
        var record = new RunRecord(folder);
        var controlPlane = new ControlPlane(folder, dapr, record, output.Enqueue);
        await controlPlane.StartAsync();
        folder.Replace(
            "dapr.yaml",
            "  configFilePath: ./components/configuration.yaml",
            $"""
              configFilePath: {controlPlane.WithNames(folder.In("components/configuration.yaml"))}
              placementHostAddress: {controlPlane.PlacementAddress}
              schedulerHostAddress: {controlPlane.SchedulerAddress}
              apiListenAddresses: 127.0.0.1
            """
        );
        await using var run = new SupervisedProcess("dapr", "", Cli(folder, dapr, "run", "-f", folder.Template), record, output.Enqueue);
        try
        {
            run.Start();
            run.Release(); // it ends once, and is not started again
            using var api = new Api(folder.Ports["gateway"]);
            foreach (var path in (string[])["/healthz", "/api/products/product-1", "/api/customers/customer-1", "/api/orders?limit=1"])
            {
                await Wait.ForAsync(
                    $"{path} is answered",
                    async () => await AnswersAsync(api, path) ? "yes" : null,
                    () => string.Join(Environment.NewLine, output.TakeLast(80))
                );
            }

            foreach (var saga in (string[])["orchestration", "choreography"])
            {
                Assert.Equal("confirmed", (await api.PlaceAndEndAsync(Api.Order(saga: saga))).Status);
                Assert.Equal("cancelled", (await api.PlaceAndEndAsync(Api.Order(token: "tok_declined", saga: saga))).Status);
                Assert.Equal("out-of-stock", (await api.PlaceTooLateAsync(saga)).ReasonCode);
                Assert.Equal("cancelled", (await api.PlaceAndEndAsync(Api.Order(customer: "customer-3", saga: saga))).Status);
            }

            var listed = JsonDocument
                .Parse(await RunAsync(Cli(folder, dapr, "list", "-o", "json")))
                .RootElement.EnumerateArray()
                .Where(app => folder.Ports.ContainsValue(app.GetProperty("appPort").GetInt32()))
                .Select(app => app.GetProperty("appId").GetString()!);
            Assert.Equal(Apps, listed.Order(StringComparer.Ordinal));

            await RunAsync(Cli(folder, dapr, "stop", "-f", folder.Template));
            await Wait.UntilAsync("dapr run has ended", () => run.HasEnded, () => string.Join(Environment.NewLine, output.TakeLast(80)));
            await Wait.UntilAsync("every app has ended", () => Apps.All(app => FreePort.IsFree(folder.Ports[app])));
        }
        finally
        {
            foreach (var process in controlPlane.Processes)
            {
                process.Release();
            }
            await folder.EndLeftoversAsync();
        }
    }

    private static async Task<bool> AnswersAsync(Api api, string path)
    {
        try
        {
            using var answer = await api.GetAsync(path);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }

    /// <summary>The CLI looks for daprd in the folder <c>.dapr/bin</c> of its runtime path.</summary>
    private static ProcessStartInfo Cli(SystemFolder folder, DaprInstallation dapr, params string[] arguments)
    {
        var bin = Directory.CreateDirectory(folder.In(".dapr/bin")).FullName;
        if (!File.Exists(Path.Combine(bin, "daprd")))
        {
            File.CreateSymbolicLink(Path.Combine(bin, "daprd"), dapr.Daprd[0]);
        }
        var command = folder.Command([dapr.Cli!, .. arguments], folder.Path);
        command.Environment["DAPR_RUNTIME_PATH"] = folder.Path;
        command.Environment["DAPR_HOST_IP"] = "127.0.0.1";
        return command;
    }

    private static async Task<string> RunAsync(ProcessStartInfo command)
    {
        command.RedirectStandardOutput = true;
        using var process = Process.Start(command)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
        return said;
    }
}
