using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using static Sidecar.Api.Grpc.DaprService;

namespace Sidecar.Api.Grpc;

/// <summary>Distributed locks over gRPC.</summary>
[BindServiceMethod(typeof(LocksService), nameof(Bind))]
internal class LocksService
{
    public static void Bind(ServiceBinderBase binder, LocksService service)
    {
        Unary<TryLockRequest, TryLockResponse>(binder, nameof(TryLockAlpha1));
        Unary<UnlockRequest, UnlockResponse>(binder, nameof(UnlockAlpha1));
    }

    public virtual async Task<TryLockResponse> TryLockAlpha1(TryLockRequest request, ServerCallContext context) =>
        new()
        {
            Success = await Of(context)
                .Blocks.Locks.TryLockAsync(
                    request.StoreName,
                    request.ResourceId,
                    request.LockOwner,
                    request.ExpiryInSeconds,
                    context.CancellationToken
                ),
        };

    public virtual async Task<UnlockResponse> UnlockAlpha1(UnlockRequest request, ServerCallContext context)
    {
        var outcome = await Of(context)
            .Blocks.Locks.UnlockAsync(request.StoreName, request.ResourceId, request.LockOwner, context.CancellationToken);
        return new UnlockResponse { Status = (UnlockResponse.Types.Status)outcome };
    }
}
