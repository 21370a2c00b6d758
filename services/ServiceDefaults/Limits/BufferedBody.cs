using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Limits;

/// <summary>
/// Reads the body of a request into memory, up to the server's limit (<see cref="ServiceHost.MaxBodyBytes"/>), so that forwarding never
/// waits for a slow client. The memory grows with what arrives, not with what a client announces.
/// </summary>
internal static class BufferedBody
{
    /// <exception cref="BadHttpRequestException">The body is too large or too slow.</exception>
    public static async Task ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        body.Position = 0;
        request.Body = body;
    }
}
