using System.Diagnostics;
using System.Globalization;
using Sidecar.Hosting;
using Sidecar.Running;

namespace Sidecar.Tests.Blocks;

/// <summary>Apps that a killed sidecar has left belong to nobody who would bury them; they are gone when they have ended.</summary>
public sealed class LeftOverTests
{
    [Theory]
    [InlineData("exec sleep 600")]
    [InlineData("trap '' TERM; while :; do sleep 600; done")] // has to be made to
    public async Task An_orphan_is_ended_and_not_waited_for_until_it_is_buried(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"( {command} ) >/dev/null 2>&1 & echo $!"]) { RedirectStandardOutput = true })!;
        var orphan = int.Parse((await shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        await shell.WaitForExitAsync();
        var recorded = new RecordedProcess("app", orphan, ProcessInfo.StartTime(orphan)!);

        await Signals.EndAsync(recorded, TimeSpan.FromMilliseconds(300), TimeProvider.System).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

        Assert.False(ProcessInfo.IsAlive(orphan));
        await Signals.EndAsync(recorded, TimeSpan.FromMilliseconds(300), TimeProvider.System); // once more does nothing
    }
}
