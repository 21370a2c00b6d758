using EndToEnd.Systems;

namespace EndToEnd.Starting;

[Collection(OnSharedSystem.Name)]
public sealed class SchedulingTests(SharedSystem shared)
{
    /// <summary>SCHED_BATCH of sched(7).</summary>
    private const string Batch = "3";

    [EmbeddedRunFact]
    public void On_linux_the_run_and_its_apps_are_scheduled_as_batch_work()
    {
        var policies = shared.System.Processes.Select(process => (process.AppId, Policy: PolicyOf(process.ProcessId))).ToList();

        Assert.Equal(8, policies.Count);
        Assert.All(policies, one => Assert.Equal((one.AppId, OperatingSystem.IsLinux() ? Batch : ""), one));
    }

    /// <summary>Field 41 of the process's record; fields count after the command, which is in parentheses. Empty where there is none.</summary>
    private static string PolicyOf(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "";
        }
        var text = File.ReadAllText($"/proc/{processId}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ')[38];
    }
}
