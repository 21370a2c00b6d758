using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Sidecar.Http;

/// <summary>The status of a gRPC call, in the answer to its request.</summary>
internal static class GrpcStatusAnswer
{
    private const string Code = "grpc-status";
    private const string Message = "grpc-message";

    /// <summary>Answers a proxied call that never reached a gRPC server: a status and no message.</summary>
    public static void Write(HttpContext context, StatusCode code, string message)
    {
        context.Response.Clear();
        context.Response.StatusCode = 200;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers[Code] = ((int)code).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers[Message] = Uri.EscapeDataString(message);
    }

    /// <summary>The code of a call that has ended; 0 is OK.</summary>
    public static int CodeOf(HttpContext context) =>
        int.TryParse(Text(context, Code), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0;

    public static string MessageOf(HttpContext context) => Uri.UnescapeDataString(Text(context, Message));

    /// <summary>A trailer or, of an answer that is only a status, a header.</summary>
    private static string Text(HttpContext context, string name)
    {
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        return trailers?[name].ToString() is { Length: > 0 } trailer ? trailer : context.Response.Headers[name].ToString();
    }
}
