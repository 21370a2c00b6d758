using System.Globalization;
using System.Runtime.InteropServices;

namespace Sidecar.Running;

/// <summary>
/// Linux's policy for work that wants throughput (<c>SCHED_BATCH</c>, sched(7)): who is woken waits until who is running pauses, instead of
/// taking the processor from him. Eight processes that wake each other all the time then finish what they are at. Apps inherit it.
/// </summary>
internal static partial class BatchScheduling
{
    private const int Ordinary = 0;
    private const int Batch = 3;

    /// <summary>
    /// For all threads of this process, and all it starts from now on. Does nothing on other systems, or where somebody has chosen a policy
    /// already; needs no privilege. A thread that has just ended, or a C library that doesn't know the call, changes only the speed.
    /// </summary>
    public static void Adopt()
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
