using Sidecar.Http;

namespace Sidecar.Api.Http;

/// <summary>The ports of an app's sidecar.</summary>
internal enum ListenerKind
{
    Http,
    Grpc,
    Internal,
    Public,
    Metrics,
}

/// <summary>Set on every connection by its listener: a request determines its sidecar by this feature.</summary>
internal sealed record ListenerFeature(IAppSidecar Sidecar, ListenerKind Kind);

/// <summary>Values that the routes read from a request, in one way for all.</summary>
internal static class SidecarContext
{
    private const string MetadataPrefix = "metadata.";

    public static IAppSidecar Sidecar(this HttpContext context) => context.Features.Get<ListenerFeature>()!.Sidecar;

    /// <summary>The <c>metadata.*</c> parameters of the query, also empty ones.</summary>
    public static IReadOnlyDictionary<string, string> Metadata(this HttpRequest request)
    {
        Dictionary<string, string>? metadata = null;
        foreach (var (name, values) in request.Query)
        {
            if (name.StartsWith(MetadataPrefix, StringComparison.Ordinal))
            {
                (metadata ??= new(StringComparer.Ordinal))[name[MetadataPrefix.Length..]] = values[0] ?? "";
            }
        }
        return metadata ?? PubSub.BrokerMessage.EmptyMetadata;
    }

    /// <summary>The parameter of the route, decoded.</summary>
    public static string Route(this HttpContext context, string name) =>
        RequestPath.Parameter(context.Request.RouteValues[name] as string ?? "");
}
