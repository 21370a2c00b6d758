using System.Net;

namespace Sidecar.Apps;

/// <summary>
/// The body of a request without one, as daprd passes it on over HTTP/1.1: chunked, without a content type, for methods that usually have a body.
/// </summary>
internal sealed class EmptyBody : HttpContent
{
    public static bool IsNeeded(HttpRequestMessage request) => request.Method.Method is not ("GET" or "HEAD" or "DELETE" or "OPTIONS" or "PROPFIND" or "SEARCH" or "CONNECT" or "TRACE");

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
