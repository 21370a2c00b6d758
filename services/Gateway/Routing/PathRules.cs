using ServiceDefaults.Requests;

namespace Gateway.Routing;

/// <summary>
/// Middleware: every segment of a path below <c>/api</c> is a fixed word or an id, and ids follow one rule. So nothing that a client writes
/// reaches a sidecar's URL as syntax. An empty segment is refused, because sidecars leave it out: <c>/api/orders//</c> would reach the same
/// resource as <c>/api/orders</c>, under other limits.
/// </summary>
internal static class PathRules
{
    public static Task CheckAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.StartsWithSegments("/api", out var rest) && !IsValid(rest.Value!)
            ? Identifier.Check(null, "An id in the path", "id-invalid")!.ToProblem().ExecuteAsync(context)
            : next(context);

    /// <summary>The path begins with a slash and may end with one.</summary>
    private static bool IsValid(string path) =>
        path.TrimEnd('/') is var trimmed
        && path.Length - trimmed.Length <= 1
        && (trimmed.Length == 0 || trimmed[1..].Split('/').All(Identifier.IsValid));
}
