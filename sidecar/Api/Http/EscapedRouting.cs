using Sidecar.Http;

namespace Sidecar.Api.Http;

/// <summary>Passes the escaped form of a path to routing, and stores the decoded one as <see cref="RequestPath"/>.</summary>
internal static class EscapedRouting
{
    public static async Task ReadAsync(HttpContext context, RequestDelegate next)
    {
        if (
            context.Features.Get<ListenerFeature>()!.Kind != ListenerKind.Grpc
            && context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget is ['/', ..] target
        )
        {
            var escaped = target.Split('?')[0];
            if (RequestPath.TryDecode(escaped) is not { } decoded)
            {
                context.Response.StatusCode = 400;
                context.Response.ContentType = "text/plain; charset=utf-8";
                await context.Response.WriteAsync("400 Bad Request");
                return;
            }
            context.Features.Set(new RequestPath(decoded));
            context.Request.Path = new PathString("/" + RequestPath.Clean(escaped));
        }
        await next(context);
    }
}
