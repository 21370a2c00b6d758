namespace Sidecar.Http;

/// <summary>Errors that daprd answers as plain text, in the form of Go's <c>http.Error</c>.</summary>
internal static class PlainAnswer
{
    public static Task WritePlainAsync(this HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync(text + "\n");
    }
}
