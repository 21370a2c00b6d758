using System.Net;
using Dapr;
using Grpc.Core;

namespace ServiceDefaults.Refusals;

/// <summary>Distinguishes failures of a dependency that may pass from refusals that a repetition meets again.</summary>
public static class DependencyFailures
{
    /// <summary>
    /// True if the dependency was unreachable, busy or slow. False for refusals: a malformed key, a missing right, an unknown component.
    /// </summary>
    public static bool MayPass(Exception failure) =>
        failure switch
        {
            RpcException rpc => rpc.StatusCode
                is not (
                    StatusCode.InvalidArgument
                    or StatusCode.NotFound
                    or StatusCode.PermissionDenied
                    or StatusCode.Unauthenticated
                    or StatusCode.Unimplemented
                    or StatusCode.OutOfRange
                    or StatusCode.FailedPrecondition
                ),
            HttpRequestException { StatusCode: { } status } => status
                is >= HttpStatusCode.InternalServerError
                    or HttpStatusCode.TooManyRequests
                    or HttpStatusCode.RequestTimeout,
            HttpRequestException => true,
            DaprException { InnerException: { } inner } => MayPass(inner),
            DaprException => true,
            _ => false,
        };
}
