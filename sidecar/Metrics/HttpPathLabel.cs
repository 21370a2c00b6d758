namespace Sidecar.Metrics;

/// <summary>
/// The label of a path in metrics: a matching template, or the path without keys and ids, so that there are few labels. Source: daprd's
/// metrics.
/// </summary>
internal static class HttpPathLabel
{
    private const string InvokePrefix = "/v1.0/invoke/";
    private static readonly HashSet<string> Always = new(StringComparer.Ordinal) { "/dapr/config", "/dapr/subscribe" };

    public static string Of(string path, MetricsOptions options) =>
        Always.Contains(path)
            ? path
            : Match("/" + path.TrimStart('/'), options.PathMatching) ?? (options.PathsInHttp ? WithoutKeys(path) : "");

    private static string? Match(string path, IReadOnlyList<string> templates)
    {
        foreach (var template in templates)
        {
            if (Fits(path, template))
            {
                return template;
            }
            // A template for an app's own path also matches its invocation.
            if (!template.StartsWith(InvokePrefix, StringComparison.Ordinal) && Fits(path, $"{InvokePrefix}{{app_id}}/method{template}"))
            {
                return $"{InvokePrefix}{{app_id}}/method{template}";
            }
        }
        return templates.Count > 0 && WithoutKeys(path) is var plain && plain != path ? Match(plain, templates) : null;
    }

    private static bool Fits(string path, string template)
    {
        var (given, wanted) = (path.Split('/'), template.Split('/'));
        return given.Length == wanted.Length
            && given.Zip(wanted).All(pair => pair.First == pair.Second || (pair.Second.StartsWith('{') && pair.First.Length > 0));
    }

    private static string WithoutKeys(string path)
    {
        var parts = path.TrimStart('/').Split('/', 6);
        if (parts.Length < 3)
        {
            return path;
        }
        switch (parts[1])
        {
            case "state" or "secrets":
                return "/" + string.Join('/', parts[..3]);
            case "actors" when parts.Length >= 5:
                parts[3] = "{id}";
                return "/" + string.Join('/', parts[..5]);
            case "workflows" when parts.Length == 4:
                return $"/{parts[0]}/{parts[1]}/{parts[2]}/{{instanceId}}";
            case "workflows" when parts.Length == 5 && parts[4].StartsWith("start", StringComparison.Ordinal):
                return "/" + string.Join('/', parts[..4]) + "/start";
            case "workflows" when parts.Length >= 5:
                parts[3] = "{instanceId}";
                return parts is [.., "raiseEvent", _]
                    ? "/" + string.Join('/', parts[..5]) + "/{eventName}"
                    : "/" + string.Join('/', parts[..5]);
            default:
                return path;
        }
    }
}
