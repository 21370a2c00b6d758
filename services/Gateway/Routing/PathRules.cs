using ServiceDefaults.Requests;

namespace Gateway.Routing;

/// <summary>
/// Middleware: every segment of a path below <c>/api</c> is a fixed word or an id, and ids follow one rule. So nothing that a client writes
/// reaches a sidecar's URL as syntax.
/// </summary>
internal static class PathRules
{
    public static Task CheckAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.StartsWithSegments("/api", out var rest)
        && rest.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(segment => !Identifier.IsValid(segment)) is not null
            ? Identifier.Check(null, "An id in the path", "id-invalid")!.ToProblem().ExecuteAsync(context)
            : next(context);
}
