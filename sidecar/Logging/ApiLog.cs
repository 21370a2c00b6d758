using Sidecar.Api.Grpc;
using Sidecar.Api.Http;

namespace Sidecar.Logging;

/// <summary>A line for each call of the API, where that is wanted. What is refused before it reaches the API is not logged, as in daprd.</summary>
internal sealed class ApiLog(ILoggerFactory loggers, TimeProvider time)
{
    private const string HealthPrefix = "/v1.0/healthz";

    private readonly ILogger http = loggers.CreateLogger("dapr.runtime.http-info");
    private readonly ILogger grpc = loggers.CreateLogger("dapr.runtime.grpc.api-info");

    public static Task WriteAsync(HttpContext context, RequestDelegate next)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        var options = listener.Sidecar.Configuration.ApiLogging;
        if (listener.Kind is ListenerKind.Http or ListenerKind.Grpc && listener.Sidecar.Options.LogLevel <= LogLevel.Information && (listener.Sidecar.Options.ApiLogging ?? options.Enabled))
        {
            context.RequestServices.GetRequiredService<ApiLog>().Follow(context, listener.Kind, options);
        }
        return next(context);
    }

    private void Follow(HttpContext context, ListenerKind kind, ApiLogging options)
    {
        var begun = time.GetTimestamp();
        var path = context.Request.Path.Value ?? "";
        if (options.OmitHealthChecks && path.StartsWith(HealthPrefix, StringComparison.Ordinal))
        {
            return;
        }
        context.Response.OnCompleted(() =>
        {
            var duration = (long)time.GetElapsedTime(begun).TotalMilliseconds;
            var agent = context.Request.Headers.UserAgent.ToString() is { Length: > 0 } given ? given : null;
            if (kind == ListenerKind.Grpc)
            {
                Write(grpc, 1402, new ApiCall("gRPC API Called", GrpcSpans.StatusOf(context), duration, path, null, agent));
            }
            else
            {
                var method = options.ObfuscateUrls ? ApiNames.Of(context) : $"{context.Request.Method} {RequestPath.Of(context).Decoded}";
                Write(http, 1401, new ApiCall("HTTP API Called", context.Response.StatusCode, duration, method, context.Response.ContentLength, agent));
            }
            return Task.CompletedTask;
        });
    }

    private static void Write(ILogger logger, int id, ApiCall call) => logger.Log(LogLevel.Information, id, call, null, static (call, _) => call.ToString());
}

/// <summary>A call as it is logged. <paramref name="Size"/> is that of the answer, when it was known beforehand.</summary>
internal sealed record ApiCall(string Message, int Code, long Duration, string Method, long? Size, string? UserAgent)
{
    public IEnumerable<KeyValuePair<string, object>> Fields
    {
        get
        {
            yield return new("code", (long)Code);
            yield return new("duration", Duration);
            yield return new("method", Method);
            if (Size is { } size)
            {
                yield return new("size", size);
            }
            if (UserAgent is not null)
            {
                yield return new("useragent", UserAgent);
            }
        }
    }

    public override string ToString() => $"{Message}: {Method} {Code} in {Duration} ms";
}
