using Orders.Repairing;

namespace Orders.Tests.Repairing;

public sealed class AbandonedWorkflowsTests
{
    private static readonly DateTimeOffset OrderUpdated = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    [Fact]
    public void A_workflow_that_waits_for_its_start_time_is_not_abandoned() =>
        Assert.False(AbandonedWorkflows.HasStopped(default, OrderUpdated, Longest, OrderUpdated + TimeSpan.FromMinutes(2)));

    [Fact]
    public void A_workflow_that_never_started_is_abandoned_in_the_end() =>
        Assert.True(AbandonedWorkflows.HasStopped(default, OrderUpdated, Longest, OrderUpdated + Longest));

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void A_workflow_that_has_started_counts_from_its_last_step(int minutes, bool abandoned)
    {
        var updated = OrderUpdated + TimeSpan.FromHours(1);
        Assert.Equal(abandoned, AbandonedWorkflows.HasStopped(updated, OrderUpdated, Longest, updated + TimeSpan.FromMinutes(minutes)));
    }
}
