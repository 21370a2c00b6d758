namespace Chaos;

public sealed class ChaosPlanTests
{
    [Fact]
    public void A_seed_brings_the_same_faults_again() =>
        Assert.Equal(new ChaosPlan(7, TimeSpan.Zero).Faults().Take(50), new ChaosPlan(7, TimeSpan.Zero).Faults().Take(50));

    [Fact]
    public void Every_kind_of_fault_comes_up() =>
        Assert.Equal(
            Enum.GetValues<FaultKind>(),
            new ChaosPlan(7, TimeSpan.Zero).Faults().Take(200).Select(fault => fault.Kind).Distinct().Order()
        );
}
