using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of service invocation.</summary>
internal static class InvocationErrors
{
    public static DaprException NoTargetApp() =>
        new(new(404, StatusCode.NotFound, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id"));

    public static DaprException InvokeFailed(string id, string detail) =>
        new(new(500, StatusCode.Internal, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {id}, err: {detail}"));

    /// <summary>The app or server has failed.</summary>
    /// <param name="direct">True if no other sidecar was between.</param>
    public static DaprException AppFailed(string id, bool direct, string detail) =>
        direct ? InvokeFailed(id, detail) : InvokeFailed(id, StatusCode.Internal, $"error invoking app channel: {detail}");

    /// <summary>A failure on the callee's side, with the gRPC status that the callee's sidecar answers.</summary>
    public static DaprException InvokeFailed(string id, StatusCode status, string detail) =>
        InvokeFailed(id, $"rpc error: code = {status} desc = {detail}");

    public static DaprException AccessDenied(string id, string detail) =>
        new(
            new(
                403,
                StatusCode.Internal,
                "ERR_DIRECT_INVOKE",
                $"failed to invoke, id: {id}, err: rpc error: code = PermissionDenied desc = {detail}"
            )
        );

    public static DaprException NoGrpcTargetApp() =>
        new(new(500, StatusCode.Unknown, "ERR_DIRECT_INVOKE", "cannot proxy request: missing dapr-callee-app-id or dapr-app-id metadata"));
}
