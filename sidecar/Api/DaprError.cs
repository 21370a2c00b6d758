using Grpc.Core;

namespace Sidecar.Api;

/// <summary>
/// A failure as both transports tell it: HTTP status with <c>{"errorCode","message"}</c>, gRPC status with the message.
/// Building blocks make these through the factories of their <c>*Errors</c> class; the edge writes them.
/// </summary>
internal sealed record DaprError(int HttpStatus, StatusCode GrpcStatus, string Code, string Message);

/// <summary>Ends an API call with <paramref name="error"/>. Thrown in the building blocks, caught at the two edges only.</summary>
internal sealed class DaprException(DaprError error, Exception? inner = null) : Exception(error.Message, inner)
{
    public DaprError Error { get; } = error;
}
