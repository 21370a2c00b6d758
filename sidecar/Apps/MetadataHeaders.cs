using System.Collections.Frozen;
using Sidecar.Http;
using Sidecar.PubSub.Events;
using Sidecar.Tracing;

namespace Sidecar.Apps;

/// <summary>
/// Metadata of an event as headers for an HTTP app, without those of the connection and the body, and with those of gRPC under another
/// name. Source: daprd's conversion of metadata into HTTP headers.
/// </summary>
internal static class MetadataHeaders
{
    private static readonly FrozenSet<string> LeftOut = new[]
    {
        "connection",
        "content-length",
        "content-type",
        "destination-app-id",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        DeliveryMetadata.PubSubName, // the sidecar adds it itself
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <param name="trace">The span of the call. A publisher's trace takes its place if there is none.</param>
    public static void Add(HttpRequestMessage request, IReadOnlyDictionary<string, string> metadata, TraceContext trace)
    {
        var (parent, state) = ("", "");
        foreach (var (name, value) in metadata)
        {
            if (name.Equals(TraceContext.ParentHeader, StringComparison.OrdinalIgnoreCase))
            {
                parent = value;
            }
            else if (name.Equals(TraceContext.StateHeader, StringComparison.OrdinalIgnoreCase))
            {
                state = value;
            }
            else if (!LeftOut.Contains(name) && !name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.TryAddWithoutValidation(InvocationHeaders.NameInHttp(name), value);
            }
        }
        Trace(parent, state, trace).AddTo(request);
    }

    /// <summary>The state of a publisher stays beside a span without a state.</summary>
    private static TraceContext Trace(string parent, string state, TraceContext trace) =>
        parent.Length == 0 ? trace
        : trace.InEvent.Length == 0 ? new TraceContext(parent, state)
        : trace.State.Length > 0 || state.Length == 0 ? trace
        : trace with { State = state };
}
