using Dapr.Client.Autogen.Grpc.v1;

namespace Sidecar.Jobs;

/// <summary>What happens when an app fails a job or a reminder: how often it is told again, and how long after. Three times a second apart
/// unless it says so.</summary>
internal sealed record FailurePolicy(int Retries, TimeSpan Interval)
{
    public static readonly FailurePolicy Default = new(3, TimeSpan.FromSeconds(1));

    public static FailurePolicy From(JobFailurePolicy? policy) =>
        policy?.PolicyCase switch
        {
            JobFailurePolicy.PolicyOneofCase.Drop => new FailurePolicy(0, TimeSpan.Zero),
            JobFailurePolicy.PolicyOneofCase.Constant => new FailurePolicy(
                policy.Constant.HasMaxRetries ? (int)policy.Constant.MaxRetries : int.MaxValue,
                policy.Constant.Interval?.ToTimeSpan() ?? TimeSpan.Zero
            ),
            _ => Default,
        };
}
