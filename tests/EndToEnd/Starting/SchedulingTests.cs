using EndToEnd.Systems;

namespace EndToEnd.Starting;

[Collection(OnProcessSystem.Name)]
public sealed class SchedulingTests(ProcessSystem shared)
{
    /// <summary>SCHED_BATCH of sched(7).</summary>
    private const string Batch = "3";

    [EmbeddedRunFact]
    public void On_linux_the_run_and_its_apps_are_scheduled_as_batch_work()
    {
        var processes = shared.System.Processes;

        Assert.Equal(ProcessSystem.Apps + 1, processes.Count);
        Assert.All(processes, process =>
            Assert.Equal((process.AppId, OperatingSystem.IsLinux() ? Batch : null), (process.AppId, process.ReadSchedulingPolicy()))
        );
    }
}
