using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using ServiceDefaults.Refusals;

namespace ServiceDefaults.Requests;

/// <summary>
/// Middleware: JSON is UTF-8 (RFC 8259, section 8.1), and a body is sent as it is. ASP.NET meets another charset with an exception of its
/// own, and an
/// encoded body with a parse error.
/// </summary>
public sealed class BodyRules(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        Check(context.Request) is { } refusal ? refusal.ToProblem().ExecuteAsync(context) : next(context);

    private static Refusal? Check(HttpRequest request)
    {
        if (
            request.Headers.ContentEncoding is [{ Length: > 0 } encoding]
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
        )
        {
            return new Refusal(
                StatusCodes.Status415UnsupportedMediaType,
                "content-encoding-unsupported",
                "A body must be sent without Content-Encoding."
            );
        }
        return
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.Charset.HasValue
            && !HeaderUtilities.RemoveQuotes(type.Charset).Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase)
            ? new Refusal(StatusCodes.Status415UnsupportedMediaType, "charset-unsupported", "A body must be UTF-8.")
            : null;
    }
}
