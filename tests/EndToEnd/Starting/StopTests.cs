using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Starting;

public sealed class StopTests
{
    [EmbeddedRunFact]
    public async Task Ctrl_c_ends_all_processes_with_exit_code_0_and_the_next_start_finds_the_orders()
    {
        await using var system = await OrderSystem.StartAsync();
        var order = await system.Api.PlaceAndEndAsync(Api.Order());
        var processes = system.Processes;

        Assert.Equal(9, processes.Count(process => process.IsAlive));
        system.AskToEnd(); // a process group's signal reaches the sidecar twice, by itself and through "dotnet run"
        Assert.Equal(0, await system.StopAsync());
        Assert.DoesNotContain(processes, process => process.IsAlive);

        await system.StartAgainAsync();
        Assert.Equal("confirmed", (await system.Api.OrderAsync(order.OrderId)).Status);
    }
}
