namespace Chaos;

public sealed class ChaosPlanTests
{
    [Fact]
    public void The_same_seed_produces_the_same_faults() =>
        Assert.Equal(new ChaosPlan(7, TimeSpan.Zero).Faults().Take(50), new ChaosPlan(7, TimeSpan.Zero).Faults().Take(50));

    [Fact]
    public void A_plan_contains_every_kind_of_fault() =>
        Assert.Equal(
            Enum.GetValues<FaultKind>(),
            new ChaosPlan(7, TimeSpan.Zero)
                .Faults(FaultKind.BreakConnections, FaultKind.FillDisk, FaultKind.CrashServers)
                .Take(200)
                .Select(fault => fault.Kind)
                .Distinct()
                .Order()
        );
}
