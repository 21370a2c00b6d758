using System.Diagnostics;

namespace Sidecar.Api;

/// <summary>W3C trace context of a request: what came, or a new one when nothing valid came.</summary>
internal static class TraceParent
{
    private static readonly object Key = new();

    public static string Of(HttpContext context)
    {
        if (context.Items.TryGetValue(Key, out var known))
        {
            return (string)known!;
        }
        var given = context.Request.Headers["traceparent"].ToString();
        var parent = ActivityContext.TryParse(given, null, out _) ? given : New();
        context.Items[Key] = parent;
        return parent;
    }

    public static string New() => $"00-{ActivityTraceId.CreateRandom().ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-01";
}
