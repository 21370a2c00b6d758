using System.Diagnostics;
using Sidecar.Api.Http;

namespace Sidecar.Api;

/// <summary>The W3C trace a request belongs to.</summary>
internal sealed record TraceContext(string Parent, string State)
{
    public const string ParentHeader = "traceparent";
    public const string StateHeader = "tracestate";

    /// <summary>What daprd puts into events when tracing is off and the publisher sent no trace.</summary>
    public const string None = "00-00000000000000000000000000000000-0000000000000000-00";

    private static readonly object Key = new();

    public bool IsEmpty => Parent == None;

    /// <summary>
    /// With a configured sampling rate the call is a span of its own, in the caller's trace or a new one; without, what came is
    /// passed on as it is.
    /// </summary>
    public static TraceContext Of(HttpContext context)
    {
        if (context.Items.TryGetValue(Key, out var known))
        {
            return (TraceContext)known!;
        }
        var headers = context.Request.Headers;
        var rate = context.Sidecar().Configuration.TracingSamplingRate ?? 0;
        var given = ActivityContext.TryParse(headers[ParentHeader].ToString(), null, out var caller);
        var parent = (given, rate > 0) switch
        {
            (true, true) => Text(caller.TraceId, caller.TraceFlags),
            (true, false) => headers[ParentHeader].ToString(),
            (false, true) => Text(ActivityTraceId.CreateRandom(), Random.Shared.NextDouble() < rate ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None),
            _ => None,
        };
        var trace = new TraceContext(parent, given ? headers[StateHeader].ToString() : "");
        context.Items[Key] = trace;
        return trace;
    }

    /// <summary><paramref name="metadata"/> with the trace in it, as bindings pass it on.</summary>
    public IReadOnlyDictionary<string, string> Over(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var traced = new Dictionary<string, string>(metadata, StringComparer.Ordinal);
        if (!IsEmpty)
        {
            traced[ParentHeader] = Parent;
        }
        if (State.Length > 0)
        {
            traced[StateHeader] = State;
        }
        return traced;
    }

    /// <summary>Tells the caller of an API the trace of its call, unless an app has answered with one of its own.</summary>
    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<ListenerFeature>()!.Kind == ListenerKind.Http && !context.Request.Path.StartsWithSegments("/v1.0/healthz"))
        {
            context.Response.OnStarting(() =>
            {
                if (Of(context) is { IsEmpty: false } trace)
                {
                    context.Response.Headers.TryAdd(ParentHeader, trace.Parent);
                }
                return Task.CompletedTask;
            });
        }
        await next(context);
    }

    private static string Text(ActivityTraceId trace, ActivityTraceFlags flags)
        => $"00-{trace.ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-{(int)flags:x2}";
}
