using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

namespace Sidecar.Api.Grpc;

internal partial class DaprService
{
    public virtual async Task<TryLockResponse> TryLockAlpha1(TryLockRequest request, ServerCallContext context)
        => new() { Success = await Of(context).Blocks.Locks.TryLockAsync(request.StoreName, request.ResourceId, request.LockOwner, request.ExpiryInSeconds, context.CancellationToken) };

    public virtual async Task<UnlockResponse> UnlockAlpha1(UnlockRequest request, ServerCallContext context)
    {
        var outcome = await Of(context).Blocks.Locks.UnlockAsync(request.StoreName, request.ResourceId, request.LockOwner, context.CancellationToken);
        return new UnlockResponse { Status = (UnlockResponse.Types.Status)outcome };
    }
}
