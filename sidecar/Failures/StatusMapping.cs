using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Maps HTTP statuses to gRPC codes and back. Source: daprd, whose two mappings are not inverse.</summary>
internal static class StatusMapping
{
    public static int ToHttp(StatusCode code) =>
        code switch
        {
            StatusCode.OK => 200,
            StatusCode.Cancelled => 408,
            StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => 400,
            StatusCode.DeadlineExceeded => 504,
            StatusCode.NotFound => 404,
            StatusCode.AlreadyExists or StatusCode.Aborted => 409,
            StatusCode.PermissionDenied => 403,
            StatusCode.ResourceExhausted => 429,
            StatusCode.Unimplemented => 501,
            StatusCode.Unavailable => 503,
            StatusCode.Unauthenticated => 401,
            _ => 500,
        };

    public static StatusCode ToGrpc(int status) =>
        status switch
        {
            >= 200 and < 300 => StatusCode.OK,
            400 => StatusCode.Internal,
            401 => StatusCode.Unauthenticated,
            403 => StatusCode.PermissionDenied,
            404 => StatusCode.NotFound,
            408 => StatusCode.Cancelled,
            409 => StatusCode.AlreadyExists,
            429 => StatusCode.ResourceExhausted,
            501 => StatusCode.Unimplemented,
            503 => StatusCode.Unavailable,
            504 => StatusCode.DeadlineExceeded,
            _ => StatusCode.Unknown,
        };
}
