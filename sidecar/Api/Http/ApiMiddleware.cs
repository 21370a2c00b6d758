using Sidecar.Http;

namespace Sidecar.Api.Http;

/// <summary>Runs the middleware that the Configuration puts in front of the HTTP API.</summary>
internal static class ApiMiddleware
{
    public static async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        if (listener is not { Kind: ListenerKind.Http, Sidecar.ApiPipeline: { IsEmpty: false } pipeline })
        {
            await next(context);
            return;
        }
        var path = RequestPath.Of(context).Decoded;
        if (await pipeline.RunAsync(context, path) is not { } led)
        {
            return;
        }
        if (led != path)
        {
            context.Features.Set(new RequestPath(led));
            context.Request.Path = new PathString("/" + RequestPath.Clean(led));
        }
        await next(context);
    }
}
