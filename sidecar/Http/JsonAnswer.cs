namespace Sidecar.Http;

/// <summary>JSON answers with their length, which daprd's have as well.</summary>
internal static class JsonAnswer
{
    public static Task WriteJsonAsync(this HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.BodyWriter.WriteAsync(json, context.RequestAborted).AsTask();
    }
}
