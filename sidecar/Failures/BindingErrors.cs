using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of the bindings API.</summary>
internal static class BindingErrors
{
    public static DaprException OutputFailed(string name, string detail) =>
        new(
            new DaprError(
                500,
                StatusCode.Internal,
                "ERR_INVOKE_OUTPUT_BINDING",
                $"error invoking output binding {name}: {detail}"
            ).WithGrpcInfo()
        );
}
