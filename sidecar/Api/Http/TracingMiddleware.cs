using System.Diagnostics;
using Sidecar.Api.Grpc;
using Sidecar.Http;
using Sidecar.Tracing;

namespace Sidecar.Api.Http;

/// <summary>Creates a span for every call of the API, returns it to the caller, and checks the caller's baggage.</summary>
internal static class TracingMiddleware
{
    public static async Task TraceAsync(HttpContext context, RequestDelegate next)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        var tracer = listener.Sidecar.Tracer;
        if (
            tracer.IsOff
            || listener.Kind is not (ListenerKind.Http or ListenerKind.Grpc)
            || context.Request.Path.Value!.Contains("/healthz", StringComparison.Ordinal)
        )
        {
            await next(context);
            return;
        }
        var grpc = listener.Kind == ListenerKind.Grpc;
        var span = tracer.Start(
            grpc ? GrpcSpans.KindOf(context, listener.Sidecar.Options.AppId) : ActivityKind.Client,
            grpc
                ? TraceContext.FromHeaders(context.Request.Headers)
                : TraceContext.Parse(
                    context.Request.Headers[TraceContext.ParentHeader].ToString(),
                    context.Request.Headers[TraceContext.StateHeader].ToString()
                )
        );
        context.Features.Set(span);
        SetTags(context, span, grpc);
        if (context.Request.Headers[Baggage.Header] is { Count: > 0 } baggage)
        {
            var joined = string.Join(',', baggage.ToArray());
            if (Baggage.Fault(joined) is { } fault)
            {
                await RefuseAsync(context, fault, grpc);
                return;
            }
            context.Response.Headers[Baggage.Header] = joined;
        }
        if (!span.IsRecorded)
        {
            await next(context);
            return;
        }
        try
        {
            await next(context);
        }
        finally
        {
            Describe(context, span, grpc);
            span.End();
        }
    }

    /// <summary>Writes the trace to the answer, unless the app has set its own; to a gRPC answer in the binary format.</summary>
    private static void SetTags(HttpContext context, Span span, bool grpc)
    {
        if (!grpc)
        {
            context.Response.OnStarting(
                static state =>
                {
                    var (response, trace) = (((HttpContext)state).Response, TraceContext.Of((HttpContext)state));
                    if (response.Headers.TryAdd(TraceContext.ParentHeader, trace.Parent) && trace.State.Length > 0)
                    {
                        response.Headers.TryAdd(TraceContext.StateHeader, trace.State);
                    }
                    return Task.CompletedTask;
                },
                context
            );
        }
        else if (GrpcSpans.ReturnsTraceContext(context.Request.Path.Value!))
        {
            context.Response.Headers[TraceContext.BinaryHeader] = Convert.ToBase64String(span.Context.ToBinary());
        }
    }

    private static Task RefuseAsync(HttpContext context, string fault, bool grpc)
    {
        if (grpc)
        {
            GrpcStatusAnswer.Write(context, global::Grpc.Core.StatusCode.InvalidArgument, fault);
            return Task.CompletedTask;
        }
        return context.WritePlainAsync(400, fault);
    }

    private static void Describe(HttpContext context, Span span, bool grpc)
    {
        foreach (var (name, value) in context.Request.Headers)
        {
            if (
                name.StartsWith("dapr-", StringComparison.OrdinalIgnoreCase)
                && !name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase)
                && !name.Equals(InvocationHeaders.ApiToken, StringComparison.OrdinalIgnoreCase)
            )
            {
                span.Tag(name.ToLowerInvariant(), value[^1]);
            }
        }
        if (grpc)
        {
            GrpcSpans.Describe(context, span);
            return;
        }
        HttpSpans.Describe(context, span);
        if (context.Response.StatusCode >= 400)
        {
            var reason = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(context.Response.StatusCode);
            span.Fail($"Code({context.Response.StatusCode}): {(reason.Length > 0 ? reason : "Unknown")}");
        }
    }
}
