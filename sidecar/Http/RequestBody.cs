using Microsoft.AspNetCore.Http.Features;

namespace Sidecar.Http;

/// <summary>The whole body of a request.</summary>
internal static class RequestBody
{
    /// <exception cref="BadHttpRequestException">The body is larger than the server takes (status 413).</exception>
    public static async Task<byte[]> BodyAsync(this HttpRequest request)
    {
        if (
            request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is { } limit
            && request.ContentLength > limit
        )
        {
            await request.DrainAsync(limit);
            throw new BadHttpRequestException("http: request body too large", StatusCodes.Status413PayloadTooLarge);
        }
        using var buffer = new MemoryStream(request.ContentLength is > 0 and < 1 << 20 ? (int)request.ContentLength.Value : 256);
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        return buffer.ToArray();
    }

    /// <summary>
    /// Reads a body that is going to be refused: a client that is cut off while it still sends never gets to read why. Much larger ones are
    /// cut off all the same.
    /// </summary>
    public static async Task DrainAsync(this HttpRequest request, long limit)
    {
        if (request.ContentLength < 16 * limit)
        {
            request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            await request.Body.CopyToAsync(Stream.Null, request.HttpContext.RequestAborted);
        }
    }
}
