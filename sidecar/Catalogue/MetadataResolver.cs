using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.Yaml;

namespace Sidecar.Catalogue;

/// <summary>The metadata of a component as its driver reads it.</summary>
/// <param name="NamesNamespace">True if a value contains <c>{namespace}</c>, which also separates the topics of a broker.</param>
internal sealed record ResolvedMetadata(IReadOnlyDictionary<string, string> Values, bool NamesNamespace);

/// <summary>Resolves metadata items to values: from secrets, from the environment, with Dapr's substitutions.</summary>
internal static class MetadataResolver
{
    private const string NamespacePlace = "{namespace}";
    private const string PodPlace = "{podName}";
    private const string UuidPlace = "{uuid}";

    public static string Namespace => Environment.GetEnvironmentVariable("NAMESPACE") ?? "default";

    /// <summary>The secret store that the component refers to, if it is not open.</summary>
    public static string? MissingStore(Component component, IReadOnlyDictionary<string, ISecretStore> secrets) =>
        component.SecretStore is { Length: > 0 } name
        && !secrets.ContainsKey(name)
        && component.Metadata.Any(item => item is { IsVariable: false, SecretKeyRef: not null })
            ? name
            : null;

    public static ResolvedMetadata Resolve(
        Component component,
        string appId,
        IReadOnlyDictionary<string, ISecretStore> secrets,
        List<YamlProblem> problems
    )
    {
        var resolver = new ValueResolver($"component {component.Name}", component.File, component.SecretStore, secrets, problems);
        var written = resolver.Resolve(component.Metadata);
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (item, value) in component.Metadata.Zip(written))
        {
            values[item.Name] = Substitute(value ?? "", component, item, appId, problems);
        }
        return new ResolvedMetadata(values, written.Any(value => value?.Contains(NamespacePlace, StringComparison.Ordinal) == true));
    }

    private static string Substitute(string value, Component component, MetadataItem item, string appId, List<YamlProblem> problems)
    {
        while (value.IndexOf(UuidPlace, StringComparison.Ordinal) is >= 0 and var at)
        {
            value = $"{value[..at]}{Guid.NewGuid()}{value[(at + UuidPlace.Length)..]}";
        }
        if (value.Contains(PodPlace, StringComparison.Ordinal))
        {
            if (Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod)
            {
                value = value.Replace(PodPlace, pod, StringComparison.Ordinal);
            }
            else
            {
                var message = $"'{item.Name}' refers to {PodPlace}, but POD_NAME is not set; set this environment variable";
                problems.Add(new YamlProblem(component.File, item.Line, message));
            }
        }
        return value
            .Replace(NamespacePlace, $"{Namespace}.{appId}", StringComparison.Ordinal)
            .Replace("{appID}", appId, StringComparison.Ordinal);
    }
}
