using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of the distributed lock API.</summary>
internal static class LockErrors
{
    public static DaprException StoresNotConfigured() =>
        new(new(500, StatusCode.FailedPrecondition, "ERR_LOCK_STORE_NOT_CONFIGURED", "lock store is not configured"));

    public static DaprException StoreNotFound(string store) =>
        new(new(400, StatusCode.InvalidArgument, "ERR_LOCK_STORE_NOT_FOUND", $"lock store {store} not found"));

    public static DaprException ExpiryNotPositive(string store) =>
        DaprErrors.Malformed($"ExpiryInSeconds is not positive in lock store {store}");

    public static DaprException ResourceEmpty(string store) => DaprErrors.Malformed($"ResourceId is empty in lock store {store}");

    public static DaprException OwnerEmpty(string store) => DaprErrors.Malformed($"LockOwner is empty in lock store {store}");

    public static DaprException TryLockFailed(string detail) =>
        new(new(500, StatusCode.Internal, "ERR_TRY_LOCK", $"failed to try acquiring lock: {detail}"));

    public static DaprException UnlockFailed(string detail) =>
        new(new(500, StatusCode.Internal, "ERR_UNLOCK", $"failed to release lock: {detail}"));
}
