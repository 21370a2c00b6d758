using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using ServiceDefaults.Refusals;

namespace ServiceDefaults.Requests;

/// <summary>
/// Middleware: JSON is UTF-8 (RFC 8259, section 8.1), and a body is sent as it is. ASP.NET meets another charset with an exception of its
/// own, and an encoded body with a parse error.
/// </summary>
public sealed class BodyRules(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) => Check(context.Request) is { } problem ? problem.ExecuteAsync(context) : next(context);

    private static ProblemHttpResult? Check(HttpRequest request)
    {
        // as one text, because a client can send the header several times
        if (
            request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
        )
        {
            return Problem.Of(
                StatusCodes.Status415UnsupportedMediaType,
                "content-encoding-unsupported",
                "A body must be sent without Content-Encoding."
            );
        }
        return
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.Charset.HasValue
            && !HeaderUtilities.RemoveQuotes(type.Charset).Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase)
            ? Problem.Of(StatusCodes.Status415UnsupportedMediaType, "charset-unsupported", "A body must be UTF-8.")
            : null;
    }
}
