using Grpc.Core;

namespace Sidecar.Api;

/// <summary>Which failure is told how: HTTP status, gRPC status, Dapr's error code and its wording. Source: daprd's predefined messages.</summary>
internal static class DaprErrors
{
    // Common
    public static DaprException Malformed(string detail) => new(new(400, StatusCode.InvalidArgument, "ERR_MALFORMED_REQUEST", detail));
    public static DaprException MalformedBody(string detail) => Malformed($"failed deserializing HTTP body: {detail}");
    public static DaprException NotHere(string feature) => new(new(501, StatusCode.Unimplemented, "ERR_API_UNIMPLEMENTED", $"the embedded sidecar does not offer {feature}; docs/fidelity.md lists what it leaves out"));
    public static DaprException Unauthorized() => new(new(401, StatusCode.Unauthenticated, "ERR_API_TOKEN", "invalid api token"));

    // Service invocation
    public static DaprException NoTarget() => new(new(404, StatusCode.NotFound, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id"));
    public static DaprException InvokeFailed(string id, string detail) => new(new(500, StatusCode.Internal, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {id}, err: {detail}"));
    public static DaprException InvokeDenied(string id, string detail) => new(new(403, StatusCode.PermissionDenied, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {id}, err: {detail}"));

    // State
    public static DaprException StateStoresNotConfigured(string store) => new(new(500, StatusCode.FailedPrecondition, "ERR_STATE_STORE_NOT_CONFIGURED", $"state store {store} is not configured"));
    public static DaprException StateStoreNotFound(string store) => new(new(400, StatusCode.InvalidArgument, "ERR_STATE_STORE_NOT_FOUND", $"state store {store} is not found"));
    public static DaprException StateKeyRequired() => Malformed("\"key\" is a required field");
    public static DaprException StateKeyIllegal(string key) => Malformed($"input key/keyPrefix '{key}' can't contain '||'");
    public static DaprException StateGet(string key, string store, string detail) => new(new(500, StatusCode.Internal, "ERR_STATE_GET", $"fail to get {key} from state store {store}: {detail}"));
    public static DaprException StateSave(string store, string detail, int http = 500, StatusCode grpc = StatusCode.Internal) => new(new(http, grpc, "ERR_STATE_SAVE", $"failed saving state in state store {store}: {detail}"));
    public static DaprException StateDelete(string key, string detail, int http = 500, StatusCode grpc = StatusCode.Internal) => new(new(http, grpc, "ERR_STATE_DELETE", $"failed deleting state with key {key}: {detail}"));
    public static DaprException StateDeleteBulk(string store, string detail, StatusCode grpc = StatusCode.Internal) => new(new(500, grpc, "ERR_STATE_DELETE_BULK", $"failed deleting state in state store {store}: {detail}"));
    public static DaprException StateTransaction(string detail) => new(new(500, StatusCode.Internal, "ERR_STATE_TRANSACTION", $"error while executing state transaction: {detail}"));
    public static DaprException StateOperationUnknown(string operation) => new(new(400, StatusCode.Unimplemented, "ERR_NOT_SUPPORTED_STATE_OPERATION", $"operation type {operation} not supported"));
    public static DaprException TransactionsNotSupported(string store) => new(new(500, StatusCode.Unimplemented, "ERR_STATE_STORE_NOT_SUPPORTED", $"state store {store} doesn't support transactions"));
    public static DaprException QueryNotSupported() => new(new(500, StatusCode.Internal, "ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying"));
    public static DaprException OutboxFailed(string app, string detail) => new(new(500, StatusCode.Internal, "ERR_PUBLISH_OUTBOX", $"error while publishing outbox message: {detail} (app {app})"));

    // Pub/sub
    public static DaprException PubSubNotConfigured(string name) => new(new(400, StatusCode.FailedPrecondition, "ERR_PUBSUB_NOT_CONFIGURED", $"pubsub {name} is not configured"));
    public static DaprException PubSubNotFound(string name) => new(new(404, StatusCode.InvalidArgument, "ERR_PUBSUB_NOT_FOUND", $"pubsub {name} is not found"));
    public static DaprException PubSubNameEmpty() => new(new(404, StatusCode.InvalidArgument, "ERR_PUBSUB_EMPTY", "pubsub name is empty"));
    public static DaprException TopicEmpty(string name) => new(new(404, StatusCode.InvalidArgument, "ERR_TOPIC_NAME_EMPTY", $"topic is empty in pubsub {name}"));
    public static DaprException TopicForbidden(string topic, string app) => new(new(403, StatusCode.PermissionDenied, "ERR_PUBSUB_FORBIDDEN", $"topic {topic} is not allowed for app id {app}"));
    public static DaprException PublishFailed(string topic, string name, string detail) => new(new(500, StatusCode.Internal, "ERR_PUBSUB_PUBLISH_MESSAGE", $"error when publishing to topic {topic} in pubsub {name}: {detail}"));
    public static DaprException PublishMetadata(string detail) => new(new(400, StatusCode.InvalidArgument, "ERR_PUBSUB_REQUEST_METADATA", $"failed deserializing metadata. Error: {detail}"));
    public static DaprException CloudEvent(string detail) => new(new(500, StatusCode.InvalidArgument, "ERR_PUBSUB_CLOUD_EVENTS_SER", $"cannot create cloudevent: {detail}"));
    public static DaprException BulkEvents(string topic, string name, string detail) => new(new(400, StatusCode.InvalidArgument, "ERR_PUBSUB_EVENTS_SER", $"error when unmarshaling the request for topic {topic} pubsub {name}: {detail}"));

    // Secrets
    public static DaprException SecretStoresNotConfigured() => new(new(500, StatusCode.FailedPrecondition, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured"));
    public static DaprException SecretStoreNotFound(string store) => new(new(401, StatusCode.InvalidArgument, "ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {store}"));
    public static DaprException SecretDenied(string name, string store) => new(new(403, StatusCode.PermissionDenied, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{name}\" from \"{store}\""));
    public static DaprException SecretMissing(string name, string store) => new(new(500, StatusCode.Internal, "ERR_SECRET_GET", $"failed getting secret with key {name} from secret store {store}: secret {name} not found"));

    // Bindings, health
    public static DaprException BindingFailed(string name, string detail) => new(new(500, StatusCode.Internal, "ERR_INVOKE_OUTPUT_BINDING", $"error invoking output binding {name}: {detail}"));
    public static DaprException NotReady(string detail) => new(new(500, StatusCode.Internal, "ERR_HEALTH_NOT_READY", $"dapr is not ready: {detail}"));
    public static DaprException OutboundNotReady() => new(new(500, StatusCode.Internal, "ERR_OUTBOUND_HEALTH_NOT_READY", "dapr outbound is not ready"));
    public static DaprException OtherAppId() => new(new(500, StatusCode.Internal, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match"));
}
