using Grpc.Core;

namespace Sidecar.Failures;

internal static partial class DaprErrors
{
    public static DaprException NoTarget() =>
        new(new(404, StatusCode.NotFound, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id"));

    public static DaprException InvokeFailed(string id, string detail) =>
        new(new(500, StatusCode.Internal, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {id}, err: {detail}"));

    /// <summary>A failure on the callee's side, told with the gRPC status it has between two sidecars.</summary>
    public static DaprException InvokeFailed(string id, StatusCode status, string detail) =>
        InvokeFailed(id, $"rpc error: code = {status} desc = {detail}");

    public static DaprException InvokeDenied(string id, string detail) =>
        new(
            new(
                403,
                StatusCode.Internal,
                "ERR_DIRECT_INVOKE",
                $"failed to invoke, id: {id}, err: rpc error: code = PermissionDenied desc = {detail}"
            )
        );
}
