using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Starting;

/// <summary>Tests of stopping a run by Ctrl-C, and of a second start during a run.</summary>
[Collection(OnProcessSystem.Name)]
public sealed class StopTests(ProcessSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [EmbeddedRunFact]
    public async Task Ctrl_c_ends_all_processes_with_exit_code_0_and_the_next_start_continues_the_orders()
    {
        var orderId = await system.Api.PlaceStubbornlyAsync(Api.Order(), "stop"); // connections of an earlier run may be left
        Assert.Equal("confirmed", (await system.Api.EndOfAsync(orderId)).Status);
        var processes = system.Processes;

        Assert.Equal(ProcessSystem.Apps + 1, processes.Count(process => process.IsAlive));
        system.RequestStop(); // a process group's signal reaches the sidecar twice, by itself and through "dotnet run"
        Assert.Equal(0, await system.StopAsync());
        Assert.DoesNotContain(processes, process => process.IsAlive);

        await system.StartAgainAsync();
        Assert.Equal("confirmed", (await system.Api.OrderAsync(orderId)).Status);
    }

    [EmbeddedRunFact]
    public async Task A_second_run_of_the_same_folder_is_refused_and_does_not_affect_the_first()
    {
        var first = system.Processes;

        var second = system.StartSecond(); // not disposed of: that would end what its folder has on record, which is the first

        Assert.NotEqual(0, await second.EndedAsync());
        Assert.Contains("already runs", second.Output, StringComparison.Ordinal);
        Assert.Equal(first, system.Processes);
        Assert.All(first, process => Assert.True(process.IsAlive));
    }
}
