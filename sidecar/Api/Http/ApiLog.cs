using Sidecar.Http;
using Sidecar.Logging;

namespace Sidecar.Api.Http;

/// <summary>Logs each call of the API, if enabled. A request refused before it reaches the API is not logged, as in daprd.</summary>
internal sealed class ApiLog(ILoggerFactory loggers, TimeProvider time)
{
    private const string HealthPrefix = "/v1.0/healthz";

    private readonly ILogger http = loggers.CreateLogger("dapr.runtime.http-info");
    private readonly ILogger grpc = loggers.CreateLogger("dapr.runtime.grpc.api-info");

    public static Task WriteAsync(HttpContext context, RequestDelegate next)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        var options = listener.Sidecar.Configuration.ApiLogging;
        if (
            listener.Kind is ListenerKind.Http or ListenerKind.Grpc
            && listener.Sidecar.Options.LogLevel <= LogLevel.Information
            && (listener.Sidecar.Options.ApiLogging ?? options.Enabled)
        )
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
                Write(grpc, 1402, new ApiCall("gRPC API Called", GrpcStatusAnswer.CodeOf(context), duration, path, null, agent));
            }
            else
            {
                var method = options.ObfuscateUrls ? ApiNames.Of(context) : $"{context.Request.Method} {RequestPath.Of(context).Decoded}";
                Write(
                    http,
                    1401,
                    new ApiCall("HTTP API Called", context.Response.StatusCode, duration, method, context.Response.ContentLength, agent)
                );
            }
            return Task.CompletedTask;
        });
    }

    private static void Write(ILogger logger, int id, ApiCall call) =>
        logger.Log(LogLevel.Information, id, call, null, static (call, _) => call.ToString());
}
