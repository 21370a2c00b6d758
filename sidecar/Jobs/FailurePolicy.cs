using Dapr.Client.Autogen.Grpc.v1;

namespace Sidecar.Jobs;

/// <summary>The policy for a failed job or reminder: number and interval of the retries. The default is three, one second apart.</summary>
internal sealed record FailurePolicy(int Retries, TimeSpan Interval)
{
    public static readonly FailurePolicy Default = new(3, TimeSpan.FromSeconds(1));

    public static FailurePolicy From(JobFailurePolicy? policy) =>
        policy?.PolicyCase switch
        {
            JobFailurePolicy.PolicyOneofCase.Drop => new FailurePolicy(0, TimeSpan.Zero),
            JobFailurePolicy.PolicyOneofCase.Constant => new FailurePolicy(
                policy.Constant.HasMaxRetries ? (int)Math.Min(policy.Constant.MaxRetries, int.MaxValue) : int.MaxValue,
                policy.Constant.Interval?.ToTimeSpan() is { Ticks: > 0 } interval ? interval : TimeSpan.Zero
            ),
            _ => Default,
        };
}
