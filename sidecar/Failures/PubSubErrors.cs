using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of the pub/sub API.</summary>
internal static class PubSubErrors
{
    public static DaprException ComponentNotFound(string name, IReadOnlyDictionary<string, string>? metadata = null) =>
        PubSub(404, StatusCode.InvalidArgument, "ERR_PUBSUB_NOT_FOUND", "NOT_FOUND", null, $"pubsub {name} is not found", metadata);

    public static DaprException ComponentNameEmpty() =>
        PubSub(404, StatusCode.InvalidArgument, "ERR_PUBSUB_EMPTY", "NAME_EMPTY", "", "pubsub name is empty", null);

    public static DaprException TopicEmpty(string name) =>
        PubSub(404, StatusCode.InvalidArgument, "ERR_TOPIC_NAME_EMPTY", "TOPIC_NAME_EMPTY", name, $"topic is empty in pubsub {name}", null);

    public static DaprException TopicForbidden(string name, string topic, string app) =>
        PubSub(
            403,
            StatusCode.PermissionDenied,
            "ERR_PUBSUB_FORBIDDEN",
            "FORBIDDEN",
            name,
            $"topic {topic} is not allowed for app id {app}",
            About(topic, $"topic {topic} is not allowed for app id {app}")
        );

    public static DaprException OutboxForbidden(string topic, string app)
    {
        var detail = $"topic {topic} is not allowed for app id {app}";
        return PubSub(
            500,
            StatusCode.Internal,
            "ERR_PUBLISH_OUTBOX",
            "OUTBOX",
            null,
            $"error while publishing outbox message: {detail}",
            AppError(app, detail)
        );
    }

    public static DaprException PublishFailed(string topic, string name, string detail) =>
        PubSub(
            500,
            StatusCode.Internal,
            "ERR_PUBSUB_PUBLISH_MESSAGE",
            "PUBLISH_MESSAGE",
            name,
            $"error when publishing to topic {topic} in pubsub {name}: {detail}",
            About(topic, detail)
        );

    public static DaprException MetadataUnreadable(string name, IReadOnlyDictionary<string, string> metadata, string detail) =>
        PubSub(
            400,
            StatusCode.InvalidArgument,
            "ERR_PUBSUB_REQUEST_METADATA",
            "METADATA_DESERIALIZATION",
            name,
            $"failed deserializing metadata. Error: {detail}",
            metadata
        );

    public static DaprException CloudEventNotCreated(string name, string app, string detail) =>
        PubSub(
            500,
            StatusCode.InvalidArgument,
            "ERR_PUBSUB_CLOUD_EVENTS_SER",
            "CLOUD_EVENT_CREATION",
            name,
            "cannot create cloudevent",
            AppError(app, detail)
        );

    public static DaprException BulkUnreadable(string topic, string name, string app, string detail) =>
        PubSub(
            400,
            StatusCode.InvalidArgument,
            "ERR_PUBSUB_EVENTS_SER",
            "UNMARSHAL_EVENTS",
            name,
            $"error when unmarshaling the request for topic {topic} pubsub {name}: {detail}",
            AppError(app, null)
        );

    public static DaprException BulkEntryNotWritten(string topic, string name, string app, string detail) =>
        PubSub(
            400,
            StatusCode.InvalidArgument,
            "ERR_PUBSUB_EVENTS_SER",
            "MARSHAL_ENVELOPE",
            name,
            $"error when marshalling cloud event envelope for topic {topic} pubsub {name}: {detail}",
            AppError(app, detail)
        );

    public static DaprException BulkEntryIdInvalid(string topic, string name, string app)
    {
        const string detail = "entryId is duplicated or not present for entry";
        return PubSub(
            400,
            StatusCode.InvalidArgument,
            "ERR_PUBSUB_EVENTS_SER",
            "MARSHAL_EVENTS",
            name,
            $"error marshaling events to bytes for topic {topic} pubsub {name}. error: {detail}",
            AppError(app, detail)
        );
    }

    private static DaprException PubSub(
        int http,
        StatusCode grpc,
        string code,
        string reason,
        string? resource,
        string message,
        IEnumerable<KeyValuePair<string, string>>? metadata
    ) =>
        new(
            new DaprError(http, grpc, code, message)
            {
                EmptyMetadata = metadata is not null,
                Details = resource is null
                    ? [ErrorDetails.Info("DAPR_PUBSUB_" + reason, metadata)]
                    : [ErrorDetails.Resource("pubsub", resource, message), ErrorDetails.Info("DAPR_PUBSUB_" + reason, metadata)],
            }
        );

    private static Dictionary<string, string> About(string topic, string detail) => new() { ["topic"] = topic, ["error"] = detail };

    private static Dictionary<string, string> AppError(string app, string? detail) =>
        detail is null ? new() { ["appID"] = app } : new() { ["appID"] = app, ["error"] = detail };
}
