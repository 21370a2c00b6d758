using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of the configuration API.</summary>
internal static class ConfigurationErrors
{
    public static DaprException StoresNotConfigured() =>
        new(
            new DaprError(
                500,
                StatusCode.FailedPrecondition,
                "ERR_CONFIGURATION_STORE_NOT_CONFIGURED",
                "configuration stores not configured"
            ).WithGrpcInfo()
        );

    public static DaprException StoreNotFound(string store) =>
        new(
            new DaprError(
                400,
                StatusCode.InvalidArgument,
                "ERR_CONFIGURATION_STORE_NOT_FOUND",
                $"configuration store {store} not found"
            ).WithGrpcInfo()
        );

    public static DaprException GetFailed(IReadOnlyList<string> keys, string store, string detail) =>
        new(
            new DaprError(
                500,
                StatusCode.Internal,
                "ERR_CONFIGURATION_GET",
                $"failed to get [{string.Join(' ', keys)}] from Configuration store {store}: {detail}"
            ).WithGrpcInfo()
        );

    public static DaprException SubscribeFailed(IReadOnlyList<string> keys, string store, string detail) =>
        new(
            new DaprError(
                500,
                StatusCode.InvalidArgument,
                "ERR_CONFIGURATION_SUBSCRIBE",
                $"failed to subscribe [{string.Join(' ', keys)}] from Configuration store {store}: {detail}"
            ).WithGrpcInfo()
        );

    public static string UnsubscribeFailed(string id, string detail) => $"failed to unsubscribe to configuration request {id}: {detail}";

    public static DaprException NoAppChannel() =>
        new(
            new(
                500,
                StatusCode.Internal,
                "ERR_APP_CHANNEL_NIL",
                "app channel is not initialized. cannot subscribe to configuration updates"
            )
        );
}
