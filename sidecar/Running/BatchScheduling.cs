using System.Globalization;
using System.Runtime.InteropServices;

namespace Sidecar.Running;

/// <summary>
/// Linux's scheduling policy for throughput (<c>SCHED_BATCH</c>, sched(7)): a woken thread waits until the running one pauses, instead of
/// preempting it. Eight processes that wake each other all the time then preempt each other less. Apps inherit it.
/// </summary>
internal static partial class BatchScheduling
{
    private const int Ordinary = 0;
    private const int Batch = 3;

    /// <summary>
    /// Sets the policy for all threads of this process and all processes it starts from now on. Does nothing on other systems, or if
    /// another policy is set already; needs no privilege. A failure changes only the speed.
    /// </summary>
    public static void Apply()
    {
        if (!OperatingSystem.IsLinux() || GetScheduler(0) != Ordinary)
        {
            return;
        }
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            _ = SetScheduler(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), Batch, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    private static partial int GetScheduler(int threadId);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int threadId, int policy, in int priority);
}
