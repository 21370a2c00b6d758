using Microsoft.AspNetCore.Http.Features;

namespace Sidecar.Http;

/// <summary>The whole body of a request.</summary>
internal static class RequestBody
{
    /// <summary>daprd's text for a body that is larger than the server takes.</summary>
    public const string TooLarge = "stream too large";

    /// <param name="refusal">Creates the error for a body that is larger than the server takes, from the text that says so.</param>
    public static async Task<byte[]> BodyAsync(this HttpRequest request, Func<string, Exception> refusal)
    {
        try
        {
            return await request.BodyAsync();
        }
        catch (BadHttpRequestException e) when (IsTooLarge(e))
        {
            throw refusal(TooLarge);
        }
    }

    /// <exception cref="BadHttpRequestException">The body is larger than the server takes (status 413).</exception>
    public static async Task<byte[]> BodyAsync(this HttpRequest request)
    {
        if (
            request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is { } limit
            && request.ContentLength > limit
        )
        {
            await request.DrainAsync(limit);
            throw new BadHttpRequestException(TooLarge, StatusCodes.Status413PayloadTooLarge);
        }
        using var buffer = new MemoryStream(request.ContentLength is > 0 and < 1 << 20 ? (int)request.ContentLength.Value : 256);
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        return buffer.ToArray();
    }

    /// <summary>True if the failure, or its cause, is a body that is larger than the server takes.</summary>
    public static bool IsTooLarge(Exception? failure) =>
        failure
            is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
                or { InnerException: BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } };

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
