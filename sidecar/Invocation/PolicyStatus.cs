using Grpc.Core;
using Sidecar.Resiliency;

namespace Sidecar.Invocation;

/// <summary>The gRPC status of a call that its policy has ended.</summary>
internal static class PolicyStatus
{
    /// <summary>Null for a failure of the call itself.</summary>
    public static Status? Of(Exception failure) =>
        failure switch
        {
            TimeoutException => new Status(StatusCode.DeadlineExceeded, failure.Message),
            CircuitBreakerRefusedException => new Status(StatusCode.Unknown, failure.Message),
            _ => null,
        };
}
