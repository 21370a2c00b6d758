using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>
/// Which failure is told how: HTTP status, gRPC status, Dapr's error code, its wording and details. One part per building block.
/// Source: daprd's predefined messages and API errors.
/// </summary>
internal static partial class DaprErrors
{
    public static DaprException Malformed(string detail) => new(new(400, StatusCode.InvalidArgument, "ERR_MALFORMED_REQUEST", detail));

    public static DaprException MalformedBody(string detail) => Malformed($"failed deserializing HTTP body: {detail}");

    public static DaprException BadRequest(string detail) =>
        new(new(400, StatusCode.InvalidArgument, "ERR_BAD_REQUEST", $"invalid request: {detail}"));

    public static DaprException Generic(string detail) => new(new(500, StatusCode.Internal, "ERROR", detail));

    public static DaprException NotImplemented() =>
        new(new(501, StatusCode.Unimplemented, "ERR_API_UNIMPLEMENTED", "this API is currently not implemented"));

    public static DaprException NotHere(string feature) =>
        new(
            new(
                501,
                StatusCode.Unimplemented,
                "ERR_API_UNIMPLEMENTED",
                $"the embedded sidecar does not offer {feature}; docs/fidelity.md lists what it leaves out"
            )
        );

    public static DaprException NoGrpcTarget() =>
        new(new(500, StatusCode.Unknown, "ERR_DIRECT_INVOKE", "cannot proxy request: missing dapr-callee-app-id or dapr-app-id metadata"));

    // Health
    public static DaprException NotReady(string targets) =>
        new(new(500, StatusCode.Internal, "ERR_HEALTH_NOT_READY", $"dapr is not ready: {targets}"));

    public static DaprException OutboundNotReady() =>
        new(new(500, StatusCode.Internal, "ERR_OUTBOUND_HEALTH_NOT_READY", "dapr outbound is not ready"));

    public static DaprException OtherAppId() =>
        new(new(500, StatusCode.Internal, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match"));

    // Secrets
    public static DaprException SecretStoresNotConfigured() =>
        new(new(500, StatusCode.FailedPrecondition, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured"));

    public static DaprException SecretStoreNotFound(string store) =>
        new(new(401, StatusCode.InvalidArgument, "ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {store}"));

    public static DaprException SecretDenied(string name, string store) =>
        new(new(403, StatusCode.PermissionDenied, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{name}\" from \"{store}\""));

    public static DaprException SecretMissing(string name, string store) =>
        new(
            new(
                500,
                StatusCode.Internal,
                "ERR_SECRET_GET",
                $"failed getting secret with key {name} from secret store {store}: secret {name} not found"
            )
        );

    // Bindings
    public static DaprException OutputBinding(string name, string detail) =>
        new(
            new DaprError(
                500,
                StatusCode.Internal,
                "ERR_INVOKE_OUTPUT_BINDING",
                $"error invoking output binding {name}: {detail}"
            ).WithGrpcInfo()
        );

    // Distributed lock
    public static DaprException LockStoresNotConfigured() =>
        new(new(500, StatusCode.FailedPrecondition, "ERR_LOCK_STORE_NOT_CONFIGURED", "lock store is not configured"));

    public static DaprException LockStoreNotFound(string store) =>
        new(new(400, StatusCode.InvalidArgument, "ERR_LOCK_STORE_NOT_FOUND", $"lock store {store} not found"));

    public static DaprException LockExpiry(string store) => Malformed($"ExpiryInSeconds is not positive in lock store {store}");

    public static DaprException LockResourceEmpty(string store) => Malformed($"ResourceId is empty in lock store {store}");

    public static DaprException LockOwnerEmpty(string store) => Malformed($"LockOwner is empty in lock store {store}");

    public static DaprException TryLock(string detail) =>
        new(new(500, StatusCode.Internal, "ERR_TRY_LOCK", $"failed to try acquiring lock: {detail}"));

    public static DaprException Unlock(string detail) =>
        new(new(500, StatusCode.Internal, "ERR_UNLOCK", $"failed to release lock: {detail}"));

    // Configuration
    public static DaprException ConfigurationStoresNotConfigured() =>
        new(
            new DaprError(
                500,
                StatusCode.FailedPrecondition,
                "ERR_CONFIGURATION_STORE_NOT_CONFIGURED",
                "configuration stores not configured"
            ).WithGrpcInfo()
        );

    public static DaprException ConfigurationStoreNotFound(string store) =>
        new(
            new DaprError(
                400,
                StatusCode.InvalidArgument,
                "ERR_CONFIGURATION_STORE_NOT_FOUND",
                $"configuration store {store} not found"
            ).WithGrpcInfo()
        );

    public static DaprException ConfigurationGet(IReadOnlyList<string> keys, string store, string detail) =>
        new(
            new DaprError(
                500,
                StatusCode.Internal,
                "ERR_CONFIGURATION_GET",
                $"failed to get [{string.Join(' ', keys)}] from Configuration store {store}: {detail}"
            ).WithGrpcInfo()
        );

    public static DaprException ConfigurationSubscribe(IReadOnlyList<string> keys, string store, string detail) =>
        new(
            new DaprError(
                500,
                StatusCode.InvalidArgument,
                "ERR_CONFIGURATION_SUBSCRIBE",
                $"failed to subscribe [{string.Join(' ', keys)}] from Configuration store {store}: {detail}"
            ).WithGrpcInfo()
        );

    public static string ConfigurationUnsubscribe(string id, string detail) =>
        $"failed to unsubscribe to configuration request {id}: {detail}";

    public static DaprException NoAppToTell() =>
        new(
            new(
                500,
                StatusCode.Internal,
                "ERR_APP_CHANNEL_NIL",
                "app channel is not initialized. cannot subscribe to configuration updates"
            )
        );

    // Cryptography
    public static DaprException CryptoProvidersNotConfigured() =>
        new(new(500, StatusCode.Internal, "ERR_CRYPTO_PROVIDERS_NOT_CONFIGURED", "crypto providers not configured"));

    public static DaprException CryptoProviderNotFound(string component) =>
        new(new(400, StatusCode.InvalidArgument, "ERR_CRYPTO_PROVIDER_NOT_FOUND", $"crypto provider {component} not found"));

    public static DaprException CryptoOperation(string detail) =>
        new(new(500, StatusCode.Internal, "ERR_CRYPTO", $"failed to perform operation: {detail}"));

    // Conversation
    public static DaprException ConversationNotFound(string component) =>
        new(new(400, StatusCode.InvalidArgument, "ERR_CONVERSATION_NOT_FOUND", $"failed finding conversation component {component}"));

    public static DaprException ConversationMissingInputs(string component) =>
        new(
            new(
                400,
                StatusCode.InvalidArgument,
                "ERR_CONVERSATION_MISSING_INPUTS",
                $"failed conversing with component {component}: missing inputs in request"
            )
        );

    public static DaprException ConversationInvalid(string component, string detail) =>
        new(
            new(
                400,
                StatusCode.InvalidArgument,
                "ERR_CONVERSATION_INVALID_PARMS",
                $"failed conversing with component {component}: invalid params: {detail}"
            )
        );

    public static DaprException ConversationInvoke(string component, string detail) =>
        new(new(500, StatusCode.Internal, "ERR_CONVERSATION_INVOKE", $"failed conversing with component {component}: {detail}"));
}
