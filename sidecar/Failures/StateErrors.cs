using Google.Protobuf;
using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of the state API.</summary>
internal static class StateErrors
{
    public static DaprException StoresNotConfigured(string store, string app) =>
        new(
            new DaprError(
                500,
                StatusCode.FailedPrecondition,
                "ERR_STATE_STORE_NOT_CONFIGURED",
                $"state store {store} is not configured"
            ).ByApp("DAPR_STATE_NOT_CONFIGURED", app)
        );

    /// <param name="app">Null for a query, for which daprd names no app.</param>
    public static DaprException StoreNotFound(string store, string? app) =>
        new(
            new DaprError(400, StatusCode.InvalidArgument, "ERR_STATE_STORE_NOT_FOUND", $"state store {store} is not found").ByApp(
                "DAPR_STATE_NOT_FOUND",
                app
            )
        );

    public static DaprException KeyRequired() => DaprErrors.Malformed("\"key\" is a required field");

    /// <param name="inTransaction">daprd does not name the key of an operation of a transaction.</param>
    public static DaprException KeyIllegal(string key, string store, bool inTransaction)
    {
        var message = $"input key/keyPrefix '{key}' can't contain '||'";
        // Over HTTP daprd wraps its own gRPC error into the message, and a caller may look for that.
        var wrapped = $"api error: code = InvalidArgument desc = {message}";
        return new(
            new DaprError(400, StatusCode.InvalidArgument, "ERR_MALFORMED_REQUEST", message)
            {
                HttpMessage = wrapped,
                HttpDetails = Details(inTransaction ? "" : key, wrapped),
                GrpcDetails = Details(key, message),
            }
        );

        IReadOnlyList<IMessage> Details(string field, string description) =>
            [ErrorDetails.Field(field, description), ErrorDetails.Resource("state", store), ErrorDetails.Info("DAPR_STATE_ILLEGAL_KEY")];
    }

    public static DaprException KeyEmpty() =>
        new(new DaprError(400, StatusCode.InvalidArgument, "ERR_STATE_SAVE", "state key cannot be empty").WithGrpcInfo());

    public static DaprException GetFailed(string key, string store, string detail) =>
        new(
            new DaprError(500, StatusCode.Internal, "ERR_STATE_GET", $"fail to get {key} from state store {store}: {detail}").WithGrpcInfo()
        );

    /// <summary>daprd passes the store's error on as it is, to gRPC callers without a status of its own.</summary>
    public static DaprException BulkGetFailed(string detail) => new(new DaprError(500, StatusCode.Unknown, "ERR_STATE_BULK_GET", detail));

    public static DaprException SaveFailed(string store, string detail, int http = 500, StatusCode grpc = StatusCode.Internal) =>
        new(new DaprError(http, grpc, "ERR_STATE_SAVE", $"failed saving state in state store {store}: {detail}").WithGrpcInfo());

    public static DaprException DeleteFailed(string key, string detail, int http = 500, StatusCode grpc = StatusCode.Internal) =>
        new(new DaprError(http, grpc, "ERR_STATE_DELETE", $"failed deleting state with key {key}: {detail}").WithGrpcInfo());

    public static DaprException BulkDeleteFailed(string store, string detail, StatusCode grpc = StatusCode.Internal) =>
        new(new DaprError(500, grpc, "ERR_STATE_BULK_DELETE", $"failed deleting state in state store {store}: {detail}").WithGrpcInfo());

    public static DaprException TransactionFailed(string detail) =>
        new(
            new DaprError(
                500,
                StatusCode.Internal,
                "ERR_STATE_TRANSACTION",
                $"error while executing state transaction: {detail}"
            ).WithGrpcInfo()
        );

    public static DaprException OperationUnknown(string operation) =>
        new(
            new DaprError(
                400,
                StatusCode.Unimplemented,
                "ERR_NOT_SUPPORTED_STATE_OPERATION",
                $"operation type {operation} not supported"
            ).WithGrpcInfo()
        );

    public static DaprException TransactionsNotSupported(string store) =>
        new(
            new DaprError(
                500,
                StatusCode.Unimplemented,
                "ERR_STATE_STORE_NOT_SUPPORTED",
                $"state store {store} doesn't support transactions"
            )
            {
                Details =
                [
                    ErrorDetails.Link(
                        "https://docs.dapr.io/reference/components-reference/supported-state-stores/",
                        "Check the list of state stores and the features they support"
                    ),
                    ErrorDetails.Resource("state", store),
                    ErrorDetails.Info("DAPR_STATE_TRANSACTIONS_NOT_SUPPORTED"),
                ],
            }
        );

    public static DaprException QueryNotSupported(string store) =>
        new(
            new DaprError(500, StatusCode.Internal, "ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying")
            {
                Details = [ErrorDetails.Resource("state", store), ErrorDetails.Info("DAPR_STATE_QUERYING_NOT_SUPPORTED")],
            }
        );

    /// <summary>daprd names its app over HTTP only.</summary>
    private static DaprError ByApp(this DaprError error, string reason, string? app) =>
        error with
        {
            HttpDetails = [ErrorDetails.Info(reason, app is null ? null : new Dictionary<string, string> { ["appID"] = app })],
            GrpcDetails = [ErrorDetails.Info(reason)],
        };
}
