using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Requests;

/// <summary>Reads a JSON body that a client may leave out.</summary>
public static class OptionalBody
{
    /// <summary>
    /// Null for an empty body. The headers do not say whether there is one: daprd passes an empty body on as chunked, without a content
    /// type.
    /// </summary>
    /// <exception cref="BadHttpRequestException">The body is not valid JSON (400), or not declared as JSON (415).</exception>
    public static async Task<T?> ReadAsync<T>(HttpRequest request, CancellationToken cancellation)
        where T : class
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        if (body.Length == 0)
        {
            return null;
        }
        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException(
                $"The body must be JSON (Content-Type: application/json), not '{request.ContentType}'.",
                StatusCodes.Status415UnsupportedMediaType
            );
        }
        try
        {
            return JsonSerializer.Deserialize<T>(body.GetBuffer().AsSpan(0, (int)body.Length), Json.Options);
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The body is not valid JSON.", StatusCodes.Status400BadRequest, e);
        }
    }
}
