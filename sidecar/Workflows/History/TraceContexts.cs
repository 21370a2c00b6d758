using System.Diagnostics;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>W3C trace contexts as workers send them. Anything malformed counts as absent: tracing never fails a workflow.</summary>
internal static class TraceContexts
{
    public static TraceContext? Sane(TraceContext? given) =>
        given is not null && ActivityContext.TryParse(given.TraceParent, given.TraceState, out _) ? given : null;

    public static TraceContext NewRoot(Func<string> newId)
    {
        var trace = newId().Replace("-", "", StringComparison.Ordinal);
        var span = newId().Replace("-", "", StringComparison.Ordinal)[..16];
        return new TraceContext { TraceParent = $"00-{trace}-{span}-01" };
    }
}
