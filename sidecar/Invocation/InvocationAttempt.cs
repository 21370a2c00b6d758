using System.Runtime.ExceptionServices;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Resiliency;

namespace Sidecar.Invocation;

/// <summary>
/// One attempt of <c>InvokeService</c>: a reply or the app's gRPC status. A failure has no code and is always retried, because daprd does
/// not compare these with <c>matching</c>.
/// </summary>
internal sealed record InvocationAttempt(InvocationReply? Reply, RpcException? Refusal) : IFallible
{
    bool IFallible.Failed => Refusal is not null || Reply is IFallible { Failed: true };

    int? IFallible.Code => null;

    /// <exception cref="RpcException">The app has refused the call.</exception>
    public InvocationReply Outcome()
    {
        if (Refusal is not null)
        {
            ExceptionDispatchInfo.Throw(Refusal);
        }
        return Reply!;
    }
}
