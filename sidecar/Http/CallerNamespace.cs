namespace Sidecar.Http;

/// <summary>The namespace of the sidecar that has sent a request; by default this sidecar's own.</summary>
internal sealed record CallerNamespace(string Name)
{
    public static string Of(HttpContext context) => context.Features.Get<CallerNamespace>()?.Name ?? InvocationHeaders.Namespace;
}
