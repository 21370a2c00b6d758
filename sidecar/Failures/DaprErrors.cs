using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>
/// Errors that any API can answer: HTTP status, gRPC status, error code and text. The errors of one building block have their own class.
/// Source: daprd's predefined messages and API errors.
/// </summary>
internal static class DaprErrors
{
    public static DaprException Malformed(string detail) => new(new(400, StatusCode.InvalidArgument, "ERR_MALFORMED_REQUEST", detail));

    public static DaprException MalformedBody(string detail) => Malformed($"failed deserializing HTTP body: {detail}");

    public static DaprException BodyUnread(string detail) =>
        new(new(400, StatusCode.InvalidArgument, "ERR_BODY_READ", $"failed to read request body: {detail}"));

    public static DaprException BadRequest(string detail) =>
        new(new(400, StatusCode.InvalidArgument, "ERR_BAD_REQUEST", $"invalid request: {detail}"));

    public static DaprException Generic(string detail) => new(new(500, StatusCode.Internal, "ERROR", detail));

    /// <summary>An answer that can't be written.</summary>
    public static DaprException NoJson(string detail) =>
        new(new(500, StatusCode.Internal, "ERR_INTERNAL", $"failed to encode response as JSON: {detail}"));

    public static DaprException NotImplemented() =>
        new(new(501, StatusCode.Unimplemented, "ERR_API_UNIMPLEMENTED", "this API is currently not implemented"));

    public static DaprException NotOffered(string feature) =>
        new(
            new(
                501,
                StatusCode.Unimplemented,
                "ERR_API_UNIMPLEMENTED",
                $"the embedded sidecar does not offer {feature}; docs/fidelity.md lists what it leaves out"
            )
        );
}
