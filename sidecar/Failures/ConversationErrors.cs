using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of the conversation API.</summary>
internal static class ConversationErrors
{
    public static DaprException ComponentNotFound(string component) =>
        new(new(400, StatusCode.InvalidArgument, "ERR_CONVERSATION_NOT_FOUND", $"failed finding conversation component {component}"));

    public static DaprException InputsMissing(string component) =>
        new(
            new(
                400,
                StatusCode.InvalidArgument,
                "ERR_CONVERSATION_MISSING_INPUTS",
                $"failed conversing with component {component}: missing inputs in request"
            )
        );

    /// <summary>daprd's format text has no place for the detail, so Go appends it.</summary>
    /// <param name="goType">The type of the detail in Go, which Go names there.</param>
    public static DaprException ParametersInvalid(string component, string detail, string goType = "string") =>
        new(
            new(
                400,
                StatusCode.InvalidArgument,
                "ERR_CONVERSATION_INVALID_PARMS",
                $"failed conversing with component {component}: invalid params%!(EXTRA {goType}={detail})"
            )
        );

    public static DaprException ConversationFailed(string component, string detail) =>
        new(new(500, StatusCode.Internal, "ERR_CONVERSATION_INVOKE", $"failed conversing with component {component}: {detail}"));
}
