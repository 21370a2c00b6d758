using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Jobs;

namespace Sidecar.Tests.Blocks;

public sealed class FailurePolicyTests
{
    [Theory]
    [InlineData(2u, 5, 2, 5)]
    [InlineData(uint.MaxValue, 5, int.MaxValue, 5)]
    [InlineData(2u, -5, 2, 0)] // a negative pause is none
    public void A_constant_policy_has_the_given_retries_and_pause(uint retries, int seconds, int expectedRetries, int expectedSeconds) =>
        Assert.Equal(
            new FailurePolicy(expectedRetries, TimeSpan.FromSeconds(expectedSeconds)),
            FailurePolicy.From(
                new JobFailurePolicy
                {
                    Constant = new JobFailurePolicyConstant
                    {
                        Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds)),
                        MaxRetries = retries,
                    },
                }
            )
        );

    [Fact]
    public void The_pause_before_a_retry_counts_from_the_start_of_the_failed_attempt()
    {
        var begun = new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var job = JobProgress.Begin(new Job { Name = "slow", DueTime = "0s" }, begun);
        Assert.Equal(begun.AddSeconds(1), JobProgress.Failed(job, begun, begun.AddSeconds(10))?.Next);
    }
}
