using System.Globalization;
using Grpc.Core;

namespace Sidecar.Http;

/// <summary>Answers a proxied call that never reached a gRPC server: a status and no message.</summary>
internal static class GrpcStatusAnswer
{
    public static void Write(HttpContext context, StatusCode code, string message)
    {
        context.Response.Clear();
        context.Response.StatusCode = 200;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)code).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
    }
}
