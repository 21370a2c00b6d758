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
}
