using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of the secrets API.</summary>
internal static class SecretErrors
{
    public static DaprException StoresNotConfigured() =>
        new(new(500, StatusCode.FailedPrecondition, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured"));

    public static DaprException StoreNotFound(string store) =>
        new(new(401, StatusCode.InvalidArgument, "ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {store}"));

    public static DaprException AccessDenied(string name, string store) =>
        new(new(403, StatusCode.PermissionDenied, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{name}\" from \"{store}\""));

    public static DaprException GetFailed(string name, string store, string detail) =>
        new(new(500, StatusCode.Internal, "ERR_SECRET_GET", $"failed getting secret with key {name} from secret store {store}: {detail}"));

    public static DaprException GetAllFailed(string store, string detail) =>
        new(new(500, StatusCode.Internal, "ERR_SECRET_GET", $"failed getting secrets from secret store {store}: {detail}"));
}
