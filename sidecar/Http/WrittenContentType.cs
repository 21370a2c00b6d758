namespace Sidecar.Http;

/// <summary>The content type of a message, unchanged: any text. .NET would write a parsed content type in another form.</summary>
internal static class WrittenContentType
{
    public static string? Of(HttpContent? content) =>
        content is not null && content.Headers.NonValidated.TryGetValues("Content-Type", out var type) ? type.ToString() : null;

    /// <summary>A body with a content type; without one if it is null or empty.</summary>
    public static ReadOnlyMemoryContent Content(ReadOnlyMemory<byte> body, string? contentType)
    {
        var content = new ReadOnlyMemoryContent(body);
        if (!string.IsNullOrEmpty(contentType))
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        return content;
    }
}
