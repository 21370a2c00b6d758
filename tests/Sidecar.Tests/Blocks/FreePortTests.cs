using Sidecar.Hosting;

namespace Sidecar.Tests.Blocks;

public sealed class FreePortTests
{
    [Fact]
    public void FreePort_never_returns_the_same_port_twice()
    {
        var chosen = Enumerable.Range(0, 50).Select(_ => FreePort.Take()).ToList();

        Assert.Equal(chosen.Count, chosen.Distinct().Count());
        Assert.All(chosen, port => Assert.Null(FreePort.Choose(port)));
        Assert.All(chosen, port => Assert.True(FreePort.IsFree(port)));
    }
}
