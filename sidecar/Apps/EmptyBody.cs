using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Sidecar.Apps;

/// <summary>
/// The body of a request without one, as daprd passes it on over HTTP/1.1: chunked, without a content type, for methods that usually have a
/// body.
/// </summary>
/// <param name="chunked">False: the request has a <c>Content-Length</c> of zero instead.</param>
internal sealed class EmptyBody(bool chunked) : HttpContent
{
    public static bool IsNeeded(string method) =>
        method is not ("GET" or "HEAD" or "DELETE" or "OPTIONS" or "PROPFIND" or "SEARCH" or "CONNECT" or "TRACE");

    /// <summary>Makes the forwarder send a body of unknown length, which it would leave out.</summary>
    public static void Pass(HttpContext context)
    {
        context.Request.ContentLength = null;
        context.Features.Set<IHttpRequestBodyDetectionFeature>(Detected.Instance);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return !chunked;
    }

    private sealed class Detected : IHttpRequestBodyDetectionFeature
    {
        public static readonly Detected Instance = new();

        public bool CanHaveBody => true;
    }
}
