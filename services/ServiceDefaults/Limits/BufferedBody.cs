using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ServiceDefaults.Limits;

/// <summary>
/// Reads the body of a request into memory, up to <see cref="ServiceHost.MaxBodyBytes"/>, so that forwarding never waits for a slow
/// client.
/// </summary>
internal static class BufferedBody
{
    /// <exception cref="BadHttpRequestException">The body is too large or too slow.</exception>
    public static async Task ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
        {
            return;
        }
        request.EnableBuffering((int)ServiceHost.MaxBodyBytes, ServiceHost.MaxBodyBytes);
        await request.Body.CopyToAsync(Stream.Null, cancellation);
        request.Body.Position = 0;
    }
}
