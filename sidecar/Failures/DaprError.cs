using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>
/// A failure in the form of both transports: HTTP status with <c>{"errorCode","message","details"}</c>, gRPC status with the message.
/// Building blocks create it through <see cref="DaprErrors"/> and its like; the edge writes it.
/// </summary>
internal sealed record DaprError(int HttpStatus, StatusCode GrpcStatus, string Code, string Message)
{
    /// <summary>Google's error details; daprd sends none for its older errors.</summary>
    public IReadOnlyList<IMessage> Details { get; init; } = [];

    /// <summary>Details that only gRPC callers see: some of daprd's errors have them there and not over HTTP.</summary>
    public IReadOnlyList<IMessage> GrpcDetails { get; init; } = [];

    /// <summary>Details that only HTTP callers see.</summary>
    public IReadOnlyList<IMessage> HttpDetails { get; init; } = [];

    /// <summary>Over HTTP daprd prints missing metadata of an ErrorInfo as <c>null</c>, and for some errors as <c>{}</c>.</summary>
    public bool EmptyMetadata { get; init; }

    /// <summary>The text for HTTP callers, if daprd has a different one; otherwise <see cref="Message"/>.</summary>
    public string? HttpMessage { get; init; }

    /// <summary>Adds the code as ErrorInfo for gRPC callers, as daprd does for its plain errors.</summary>
    public DaprError WithGrpcInfo() => this with { GrpcDetails = [new ErrorInfo { Reason = Code, Domain = "dapr.io" }] };
}

/// <summary>Ends an API call with <paramref name="error"/>. Thrown in the building blocks, caught at the two edges only.</summary>
internal class DaprException(DaprError error, Exception? inner = null) : Exception(error.Message, inner)
{
    public DaprError Error { get; } = error;
}
