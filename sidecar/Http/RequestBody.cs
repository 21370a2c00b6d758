namespace Sidecar.Http;

/// <summary>The whole body of a request.</summary>
internal static class RequestBody
{
    public static async Task<byte[]> BodyAsync(this HttpRequest request)
    {
        using var buffer = new MemoryStream(request.ContentLength is > 0 and < 1 << 20 ? (int)request.ContentLength.Value : 256);
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        return buffer.ToArray();
    }
}
