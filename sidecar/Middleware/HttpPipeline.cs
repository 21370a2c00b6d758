using System.Net;
using Sidecar.Components;
using Sidecar.Http;
using Sidecar.Resources;

namespace Sidecar.Middleware;

/// <summary>The middleware that a Configuration lines up, in its order. Source: Dapr docs, "Middleware".</summary>
internal sealed partial class HttpPipeline
{
    private readonly IReadOnlyList<PipelineHandler> wanted;
    private readonly ComponentSet components;
    private readonly ILogger logger;
    private volatile Line line;

    public HttpPipeline(IReadOnlyList<PipelineHandler> wanted, ComponentSet components, ILogger logger)
    {
        (this.wanted, this.components, this.logger) = (wanted, components, logger);
        line = LineUp(components.Loaded);
    }

    public bool IsEmpty => wanted.Count == 0 || Handlers.Count == 0;

    /// <summary>Reads the current components.</summary>
    private IReadOnlyList<IHttpMiddleware> Handlers
    {
        get
        {
            var (loaded, known) = (components.Loaded, line);
            return (ReferenceEquals(known.Components, loaded) ? known : line = LineUp(loaded)).Handlers;
        }
    }

    /// <summary>
    /// Runs an incoming request of <paramref name="path"/>: returns its new path, or null if the pipeline has answered it.
    /// </summary>
    public async Task<string?> RunAsync(HttpContext context, string path)
    {
        var request = Request(context, path);
        if (await HandleAsync(request, context.RequestAborted) is { } refusal)
        {
            await WriteAsync(context, refusal);
            return null;
        }
        Apply(context, request);
        return request.Path;
    }

    /// <summary>Runs a request from the sidecar to the app; null if the request may be sent.</summary>
    public async Task<HttpResponseMessage?> RunAsync(HttpRequestMessage message, CancellationToken cancellation)
    {
        var address = message.RequestUri!;
        var request = new PipelineRequest(
            RequestPath.TryDecode(address.AbsolutePath) ?? address.AbsolutePath,
            address.Query,
            name => message.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null,
            null,
            () => message.Content?.ReadAsByteArrayAsync(cancellation) ?? Task.FromResult<byte[]>([])
        );
        if (await HandleAsync(request, cancellation) is { } refusal)
        {
            return new HttpResponseMessage((HttpStatusCode)refusal.Status) { Content = new StringContent(refusal.Message) };
        }
        message.RequestUri = AppPath.Resolve(address, RequestPath.Clean(request.Path), request.Query);
        if (request.NewBody is { } body)
        {
            message.Content = WrittenContentType.Content(body, WrittenContentType.Of(message.Content));
        }
        return null;
    }

    private async ValueTask<Refusal?> HandleAsync(PipelineRequest request, CancellationToken cancellation)
    {
        foreach (var handler in Handlers)
        {
            if (await handler.HandleAsync(request, cancellation) is { } refusal)
            {
                return refusal;
            }
        }
        return null;
    }

    private static PipelineRequest Request(HttpContext context, string path) =>
        new(
            path,
            context.Request.QueryString.Value ?? "",
            name => context.Request.Headers[name].ToString(),
            context.Connection.RemoteIpAddress?.ToString(),
            context.Request.BodyAsync
        );

    private static void Apply(HttpContext context, PipelineRequest request)
    {
        context.Request.QueryString = new QueryString(request.Query);
        if (request.NewBody is { } body)
        {
            context.Request.Body = new MemoryStream(body);
            context.Request.ContentLength = body.Length;
            context.Request.Headers.TransferEncoding = default;
        }
    }

    private static Task WriteAsync(HttpContext context, Refusal refusal)
    {
        context.Response.StatusCode = refusal.Status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        foreach (var (name, value) in refusal.Headers)
        {
            context.Response.Headers[name] = value;
        }
        return context.Response.WriteAsync(refusal.Message);
    }

    /// <summary>A handler that names no component of its type is left out, as in daprd.</summary>
    private Line LineUp(IReadOnlyList<LoadedComponent> loaded)
    {
        var found = new List<IHttpMiddleware>();
        foreach (var handler in wanted)
        {
            if (
                loaded.FirstOrDefault(component => component.Resource.Name == handler.Name && component.Resource.Type == handler.Type) is
                { Instance: IHttpMiddleware middleware }
            )
            {
                found.Add(middleware);
            }
            else
            {
                LogMissing(logger, handler.Name, handler.Type);
            }
        }
        return new Line(loaded, found);
    }

    private sealed record Line(IReadOnlyList<LoadedComponent> Components, IReadOnlyList<IHttpMiddleware> Handlers);

    [LoggerMessage(
        1901,
        LogLevel.Error,
        "Couldn't find middleware component with name {Name} and type {Type}; the pipeline goes without it"
    )]
    private static partial void LogMissing(ILogger logger, string name, string type);
}
