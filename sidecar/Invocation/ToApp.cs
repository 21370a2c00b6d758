using Sidecar.Apps;
using Sidecar.Http;
using Sidecar.Tracing;

namespace Sidecar.Invocation;

/// <summary>Transforms a caller's request into the request to its target app.</summary>
/// <param name="grpc">True for a proxied gRPC call.</param>
internal sealed class ToApp(AppClient app, string caller, string callee, InvocationTarget target, TraceContext trace, bool grpc = false)
    : ForwardedHeaders(http: !grpc)
{
    public override Uri UrlOf(HttpRequest request) => AppPath.Resolve(app.Address, target.Method, request.QueryString.Value ?? "");

    public override async ValueTask TransformRequestAsync(
        HttpContext context,
        HttpRequestMessage request,
        string destinationPrefix,
        CancellationToken cancellation
    )
    {
        await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
        request.Headers.Host = null;
        InvocationHeaders.Drop(request.Headers, caller, callee);
        foreach (var (name, value) in InvocationHeaders.Of(caller, callee, CallerNamespace.Of(context)))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        trace.AddTo(request, binary: !IsHttp);
        app.Authorize(request);
        GoUserAgent.AddTo(request, app.Http2);
    }
}

/// <summary>Transforms a caller's request into the request to another process's sidecar.</summary>
internal sealed class ToSidecar(Uri sidecar, string caller, InvocationTarget target) : ForwardedHeaders(http: false)
{
    public override bool IsFinal(HttpResponseMessage response) => GrpcAppStatus.IsIn(response);

    public override Uri UrlOf(HttpRequest request) => AppPath.Resolve(sidecar, target.Method, request.QueryString.Value ?? "");

    public override async ValueTask TransformRequestAsync(
        HttpContext context,
        HttpRequestMessage request,
        string destinationPrefix,
        CancellationToken cancellation
    )
    {
        await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
        request.Headers.Remove(InvocationHeaders.AppId);
        request.Headers.Remove(InvocationHeaders.ApiToken);
        Names.SidecarRegistry.Introduce(request, caller, target.Id, TraceContext.Of(context));
    }

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext context,
        HttpResponseMessage? response,
        CancellationToken cancellation
    )
    {
        if (response is not null)
        {
            GrpcAppStatus.TakeFrom(response, context);
        }
        return base.TransformResponseAsync(context, response, cancellation);
    }
}

/// <summary>Transforms a caller's request into the request to an HTTPEndpoint's server.</summary>
internal sealed class ToEndpoint(Resources.HttpEndpoint endpoint, InvocationTarget target) : ForwardedHeaders(http: true)
{
    public static Uri UrlOf(Resources.HttpEndpoint endpoint, InvocationTarget target, string query) =>
        AppPath.Resolve(
            endpoint.BaseUrl,
            endpoint.BaseUrl.AbsolutePath.Trim('/') is { Length: > 0 } root ? $"{root}/{target.Method}" : target.Method,
            query
        );

    /// <summary>Adds the headers of the endpoint, and removes those that are meant for the sidecar.</summary>
    public static void AddHeaders(HttpRequestMessage request, Resources.HttpEndpoint endpoint)
    {
        request.Headers.Remove(InvocationHeaders.AppId);
        request.Headers.Remove(InvocationHeaders.ApiToken);
        foreach (var (name, value) in endpoint.Headers)
        {
            Set(request, name, value);
        }
        GoUserAgent.AddTo(request);
    }

    public override Uri UrlOf(HttpRequest request) => UrlOf(endpoint, target, request.QueryString.Value ?? "");

    public override async ValueTask TransformRequestAsync(
        HttpContext context,
        HttpRequestMessage request,
        string destinationPrefix,
        CancellationToken cancellation
    )
    {
        await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
        request.Headers.Host = null;
        TraceContext.Of(context).AddTo(request);
        AddHeaders(request, endpoint);
    }

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        if (request.Headers.NonValidated.Contains(name))
        {
            request.Headers.Remove(name);
        }
        if (request.Headers.TryAddWithoutValidation(name, value) || request.Content is not { } content)
        {
            return;
        }
        if (content.Headers.NonValidated.Contains(name))
        {
            content.Headers.Remove(name);
        }
        content.Headers.TryAddWithoutValidation(name, value);
    }
}
