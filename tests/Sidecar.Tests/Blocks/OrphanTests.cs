using System.Diagnostics;
using System.Globalization;
using Sidecar.Processes;
using Sidecar.Running;

namespace Sidecar.Tests.Blocks;

/// <summary>Apps of a killed sidecar have no parent that reaps them; the tests wait until they have exited.</summary>
public sealed class OrphanTests
{
    [Theory]
    [InlineData("exec sleep 600")]
    [InlineData("trap '' TERM; while :; do sleep 600; done")] // has to be made to
    public async Task An_orphan_is_killed_without_waiting_until_it_is_reaped(string command)
    {
        using var shell = Process.Start(
            new ProcessStartInfo("sh", ["-c", $"( {command} ) >/dev/null 2>&1 & echo $!"]) { RedirectStandardOutput = true }
        )!;
        var orphan = int.Parse((await shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        await shell.WaitForExitAsync();
        var recorded = new RecordedProcess("app", orphan, ProcessInfo.StartTime(orphan)!);

        await Signals
            .EndAsync(recorded, TimeSpan.FromMilliseconds(300), TimeProvider.System)
            .WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

        Assert.False(ProcessInfo.IsAlive(orphan));
        await Signals.EndAsync(recorded, TimeSpan.FromMilliseconds(300), TimeProvider.System); // once more does nothing
    }

    [Fact]
    public async Task Children_of_a_wrapper_process_end_with_it()
    {
        using var wrapper = Wrapper(out var child);
        await Signals
            .EndAsync(wrapper, TimeSpan.FromSeconds(10), TimeProvider.System)
            .WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        Assert.False(ProcessInfo.IsAlive(child));

        using var recorded = Wrapper(out child);
        await Signals
            .EndAsync(
                new RecordedProcess("app", recorded.Id, ProcessInfo.StartTime(recorded.Id)!),
                TimeSpan.FromSeconds(10),
                TimeProvider.System
            )
            .WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        Assert.False(ProcessInfo.IsAlive(child));
    }

    private static Process Wrapper(out int child)
    {
        var wrapper = new Process
        {
            StartInfo = new ProcessStartInfo("sh", ["-c", "sleep 600 & echo $!; wait; echo never"]) { RedirectStandardOutput = true },
            EnableRaisingEvents = true,
        };
        wrapper.Start();
        child = int.Parse(wrapper.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        return wrapper;
    }
}
