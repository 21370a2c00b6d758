using Microsoft.Extensions.Primitives;

namespace Sidecar.Api.Http;

/// <summary>
/// Lets pages of the allowed origins call the HTTP API (<c>--allowed-origins</c>). Without the flag there are no CORS headers.
/// </summary>
internal static class CrossOrigin
{
    private static readonly string[] Methods = ["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        var allowed = listener.Sidecar.Options.AllowedOrigins;
        if (allowed.Count == 0 || listener.Kind != ListenerKind.Http)
        {
            await next(context);
            return;
        }
        var wanted = context.Request.Headers.AccessControlRequestMethod;
        if (HttpMethods.IsOptions(context.Request.Method) && !StringValues.IsNullOrEmpty(wanted))
        {
            context.Response.Headers.Append(
                "Vary",
                (StringValues)new[] { "Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers" }
            );
            if (Allow(context, allowed, wanted.ToString()))
            {
                context.Response.Headers.AccessControlAllowMethods = wanted.ToString().ToUpperInvariant();
                if (context.Request.Headers.AccessControlRequestHeaders.ToString() is { Length: > 0 } headers)
                {
                    context.Response.Headers.AccessControlAllowHeaders = headers;
                }
            }
            context.Response.StatusCode = 200; // also where nothing is allowed: the page's browser reads the headers
            return;
        }
        context.Response.Headers.Append("Vary", "Origin");
        Allow(context, allowed, context.Request.Method);
        await next(context);
    }

    private static bool Allow(HttpContext context, IReadOnlyList<string> allowed, string method)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (
            origin.Length == 0
            || !allowed.Any(pattern => Fits(origin, pattern))
            || !Methods.Contains(method, StringComparer.OrdinalIgnoreCase)
        )
        {
            return false;
        }
        context.Response.Headers.AccessControlAllowOrigin = allowed.Contains("*") ? "*" : origin;
        return true;
    }

    /// <summary>Matches a pattern with one star for any text, such as <c>https://*.example.com</c>.</summary>
    private static bool Fits(string origin, string pattern)
    {
        if (pattern.IndexOf('*') is var star && star < 0)
        {
            return origin.Equals(pattern, StringComparison.OrdinalIgnoreCase);
        }
        return origin.Length >= pattern.Length - 1
            && origin.StartsWith(pattern[..star], StringComparison.OrdinalIgnoreCase)
            && origin.EndsWith(pattern[(star + 1)..], StringComparison.OrdinalIgnoreCase);
    }
}
