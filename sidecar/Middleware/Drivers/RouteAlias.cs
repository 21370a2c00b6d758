using System.Text.RegularExpressions;

namespace Sidecar.Middleware.Drivers;

/// <summary><c>middleware.http.routeralias</c>: replaces a matching path by another; its <c>{parts}</c> become query parameters.</summary>
internal sealed partial class RouteAlias(IReadOnlyList<KeyValuePair<string, string>> routes) : IHttpMiddleware
{
    private readonly IReadOnlyList<(Regex Pattern, string Target)> routes = [.. routes.Select(route => (Pattern(route.Key), route.Value))];

    public ValueTask<Refusal?> HandleAsync(PipelineRequest request, CancellationToken cancellation)
    {
        foreach (var (pattern, target) in routes)
        {
            if (pattern.Match(request.Path) is not { Success: true } match)
            {
                continue;
            }
            request.Path = target;
            var parts = match
                .Groups.Values.Skip(1)
                .Select(part => $"{Uri.EscapeDataString(part.Name)}={Uri.EscapeDataString(part.Value)}")
                .ToList();
            if (parts.Count > 0)
            {
                request.Query = $"?{string.Join('&', request.Query.Length > 1 ? [request.Query[1..], .. parts] : parts)}";
            }
            break;
        }
        return default;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary><c>{name}</c> matches a segment, <c>{name:expression}</c> the expression.</summary>
    private static Regex Pattern(string route)
    {
        var at = 0;
        var pattern = new System.Text.StringBuilder("^");
        foreach (Match part in Part().Matches(route))
        {
            pattern
                .Append(Regex.Escape(route[at..part.Index]))
                .Append(
                    $"(?<{part.Groups["name"].Value}>{(part.Groups["is"] is { Success: true } expression ? expression.Value : "[^/]+")})"
                );
            at = part.Index + part.Length;
        }
        return new Regex(
            pattern.Append(Regex.Escape(route[at..])).Append('$').ToString(),
            RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
        );
    }

    [GeneratedRegex(@"\{(?<name>\w+)(:(?<is>[^{}]*(\{[^{}]*\}[^{}]*)*))?\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
