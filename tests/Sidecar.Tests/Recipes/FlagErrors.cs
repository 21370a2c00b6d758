using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of the flags API.</summary>
internal static class FlagErrors
{
    public static DaprException StoreNotFound(string store) =>
        new(new(400, StatusCode.InvalidArgument, "ERR_FLAG_STORE_NOT_FOUND", $"flag store {store} not found"));

    public static DaprException FlagNotFound(string flag, string store) =>
        new(new(404, StatusCode.NotFound, "ERR_FLAG_NOT_FOUND", $"flag {flag} not found in flag store {store}"));
}
