using Sidecar.Apps;
using Sidecar.Http;
using Sidecar.Tracing;

namespace Sidecar.Invocation;

/// <summary>Transforms a caller's request into the request to its target app.</summary>
internal sealed class ToApp(AppClient app, string caller, string callee, InvocationTarget target, TraceContext trace) : ForwardedHeaders
{
    public override async ValueTask TransformRequestAsync(
        HttpContext context,
        HttpRequestMessage request,
        string destinationPrefix,
        CancellationToken cancellation
    )
    {
        await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
        request.RequestUri = AppPath.Resolve(app.Address, target.Method, context.Request.QueryString.Value ?? "");
        request.Headers.Host = null;
        foreach (
            var dropped in request
                .Headers.Select(header => header.Key)
                .Where(header => InvocationHeaders.Drops(header, caller, callee))
                .ToList()
        )
        {
            request.Headers.Remove(dropped);
        }
        if (!app.Http2)
        {
            Rename(request);
        }
        foreach (var (name, value) in InvocationHeaders.Of(caller, callee, CallerNamespace.Of(context)))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        trace.AddTo(request, binary: app.Http2);
        app.Authorize(request);
        app.IntroduceAsDaprd(request);
    }

    /// <summary>Headers of gRPC itself reach an HTTP app under another name, as in daprd; an empty content type reaches none.</summary>
    private static void Rename(HttpRequestMessage request)
    {
        foreach (var (name, values) in request.Headers.NonValidated.ToList())
        {
            if (name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation("dapr-" + name, values.AsEnumerable());
            }
        }
        if (request.Content?.Headers.NonValidated.TryGetValues("Content-Type", out var type) == true && type.All(string.IsNullOrWhiteSpace))
        {
            request.Content.Headers.Remove("Content-Type");
        }
    }
}

/// <summary>Transforms a caller's request into the request to another process's sidecar.</summary>
internal sealed class ToSidecar(string caller, InvocationTarget target) : ForwardedHeaders
{
    public override async ValueTask TransformRequestAsync(
        HttpContext context,
        HttpRequestMessage request,
        string destinationPrefix,
        CancellationToken cancellation
    )
    {
        await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
        request.RequestUri = AppPath.Resolve(new Uri(destinationPrefix), target.Method, context.Request.QueryString.Value ?? "");
        request.Headers.Remove(InvocationHeaders.AppId);
        request.Headers.Remove(InvocationHeaders.ApiToken);
        Names.SidecarRegistry.Introduce(request, caller, target.Id, TraceContext.Of(context));
    }
}

/// <summary>Transforms a caller's request into the request to an HTTPEndpoint's server.</summary>
internal sealed class ToEndpoint(Resources.HttpEndpoint endpoint, InvocationTarget target) : ForwardedHeaders
{
    public override async ValueTask TransformRequestAsync(
        HttpContext context,
        HttpRequestMessage request,
        string destinationPrefix,
        CancellationToken cancellation
    )
    {
        await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
        var path = AppPath.Resolve(
            endpoint.BaseUrl,
            endpoint.BaseUrl.AbsolutePath.Trim('/') is { Length: > 0 } root ? $"{root}/{target.Method}" : target.Method,
            context.Request.QueryString.Value ?? ""
        );
        request.RequestUri = path;
        request.Headers.Host = null;
        request.Headers.Remove(InvocationHeaders.AppId);
        request.Headers.Remove(InvocationHeaders.ApiToken);
        TraceContext.Of(context).AddTo(request);
        foreach (var (name, value) in endpoint.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
