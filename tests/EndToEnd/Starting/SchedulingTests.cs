using EndToEnd.Systems;

namespace EndToEnd.Starting;

[Collection(OnKilledSystem.Name)]
public sealed class SchedulingTests(KilledSystem shared)
{
    /// <summary>SCHED_BATCH of sched(7).</summary>
    private const string Batch = "3";

    [EmbeddedRunFact]
    public void On_linux_the_run_and_its_apps_are_scheduled_as_batch_work()
    {
        var processes = shared.System.Processes;

        Assert.Equal(7, processes.Count);
        Assert.All(processes, process =>
            Assert.Equal((process.AppId, OperatingSystem.IsLinux() ? Batch : null), (process.AppId, process.ReadSchedulingPolicy()))
        );
    }
}
