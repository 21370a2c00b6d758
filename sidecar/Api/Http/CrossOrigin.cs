using Microsoft.Extensions.Primitives;

namespace Sidecar.Api.Http;

/// <summary>Lets pages of the allowed origins call the HTTP API (<c>--allowed-origins</c>). Without the flag nothing is said about origins.</summary>
internal static class CrossOrigin
{
    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        var allowed = listener.Sidecar.Options.AllowedOrigins;
        if (allowed.Count == 0 || listener.Kind != ListenerKind.Http)
        {
            await next(context);
            return;
        }
        var headers = context.Response.Headers;
        var origin = context.Request.Headers.Origin.ToString();
        var wanted = context.Request.Headers.AccessControlRequestMethod;
        var preflight = HttpMethods.IsOptions(context.Request.Method) && !StringValues.IsNullOrEmpty(wanted);
        headers.Append("Vary", preflight ? "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" : "Origin");
        if (origin.Length > 0 && (allowed.Contains("*") || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase)))
        {
            headers.AccessControlAllowOrigin = allowed.Contains("*") ? "*" : origin;
            if (preflight)
            {
                headers.AccessControlAllowMethods = wanted;
                headers.AccessControlAllowHeaders = context.Request.Headers.AccessControlRequestHeaders;
            }
        }
        if (preflight)
        {
            context.Response.StatusCode = 200;
            return;
        }
        await next(context);
    }
}
