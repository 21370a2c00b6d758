using System.Diagnostics;
using System.Text.Json;
using EndToEnd.Orders;
using EndToEnd.Sets;
using EndToEnd.Systems;
using Xunit.Abstractions;

namespace Chaos;

/// <summary>Random faults under load: afterwards the auditor finds no contradiction, and no restart has caused a dead letter.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private readonly ChaosPlan plan = ChaosPlan.OfEnvironment;

    [Fact]
    public async Task Random_faults_under_load_neither_lose_nor_duplicate_orders()
    {
        using var disk = await LimitedDisk.TryMountAsync();
        await using var system = await OrderSystem.StartAsync(
            folder =>
            {
                folder.UseProductionPauses();
                folder.LeaveOut("console"); // no fault of the plan concerns it
                if (disk is not null)
                {
                    Directory.CreateSymbolicLink(folder.In("data"), disk.Path);
                }
            },
            SystemHosting.Processes
        );
        var stock = await system.Api.ProductsAsync();
        var load = new MixedLoad(system, plan.Seed);
        var struck = new List<(Fault Fault, long At)>();
        using (var end = new CancellationTokenSource())
        {
            var orders = load.RunAsync(end);
            try
            {
                await StrikeAsync(system, disk, struck, end.Token);
            }
            finally
            {
                await end.CancelAsync();
            }
            await Reported(orders, system, load, struck);
        }

        IReadOnlyList<string> faults = [];
        await LoggedAsync(
            system,
            Wait.ForAsync(
                "the auditor finds no contradiction",
                async () => (faults = Auditor.Audit(await ShopState.TakeAsync(system, stock, load.Accepted))).Count == 0 ? "yes" : null,
                () => $"seed {plan.Seed}:{Environment.NewLine}{string.Join(Environment.NewLine, faults)}"
            )
        );
        Assert.Empty((await system.Api.ReadAsync<ListOf<JsonElement>>("/api/operations/dead-letters?state=open&limit=100")).Items);
    }

    /// <summary>After a failure a file has everything that the processes have said.</summary>
    private async Task LoggedAsync(OrderSystem system, Task work)
    {
        try
        {
            await work;
        }
        catch
        {
            var log = Path.Combine(Path.GetTempPath(), $"chaos-{plan.Seed}.log");
            await File.WriteAllTextAsync(log, system.Log);
            output.WriteLine($"what the processes said: {log}");
            throw;
        }
    }

    /// <summary>Reports the faults, also those before a failure.</summary>
    private async Task Reported(Task orders, OrderSystem system, MixedLoad load, List<(Fault Fault, long At)> struck)
    {
        try
        {
            await LoggedAsync(system, orders);
        }
        finally
        {
            Report(load, struck);
        }
    }

    private async Task StrikeAsync(OrderSystem system, LimitedDisk? disk, List<(Fault Fault, long At)> struck, CancellationToken end)
    {
        var begun = Stopwatch.GetTimestamp();
        foreach (var fault in plan.Faults(await FurtherFaultsAsync(system, disk)))
        {
            struck.Add((fault, Stopwatch.GetTimestamp()));
            await CommitAsync(system, disk, fault);
            await Task.Delay(fault.Rest, TimeProvider.System, CancellationToken.None); // the plan's, not a wait for anything
            if (end.IsCancellationRequested || Stopwatch.GetElapsedTime(begun) > plan.Duration)
            {
                return;
            }
        }
    }

    /// <summary>
    /// The embedded set has a disk to fill, where the process may mount one; the others have servers to crash. Connections are reset where
    /// the machine permits it.
    /// </summary>
    private static async Task<IReadOnlyList<FaultKind>> FurtherFaultsAsync(OrderSystem system, LimitedDisk? disk) =>
        [
            .. await Connections.CanBreakAsync() ? [FaultKind.BreakConnections] : Array.Empty<FaultKind>(),
            .. system.Set is not EmbeddedSet ? [FaultKind.CrashServers]
            : disk is not null ? [FaultKind.FillDisk]
            : Array.Empty<FaultKind>(),
        ];

    private static async Task CommitAsync(OrderSystem system, LimitedDisk? disk, Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.FillDisk:
                await disk!.FillAsync(fault.Lasting);
                break;
            case FaultKind.CrashServers:
                await system.Set.RestartServersAsync();
                break;
            case FaultKind.KillSidecar:
                await system.KillSidecarAsync();
                await system.StartAgainAsync();
                break;
            case FaultKind.BreakConnections:
                if (system.Processes.FirstOrDefault(process => process.AppId == fault.AppId) is { } connected)
                {
                    await Connections.BreakAsync(connected.ProcessId);
                }
                break;
            case FaultKind.KillApp:
                await (system.Processes.FirstOrDefault(process => process.AppId == fault.AppId)?.KillAsync() ?? Task.CompletedTask);
                break;
            default:
                // An app that was just killed may not have a new process yet.
                if (system.Processes.FirstOrDefault(process => process.AppId == fault.AppId) is { } process && process.TryFreeze())
                {
                    await Task.Delay(fault.Lasting, TimeProvider.System);
                    process.Thaw();
                }
                break;
        }
    }

    private void Report(MixedLoad load, List<(Fault Fault, long At)> struck)
    {
        output.WriteLine($"seed {plan.Seed}: {load.Accepted.Count} orders, {struck.Count} faults");
        foreach (var (fault, at) in struck)
        {
            output.WriteLine($"  {fault}: next order accepted after {load.FirstAfter(at)?.TotalSeconds:0.00} s");
        }
    }
}
