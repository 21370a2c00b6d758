using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.Yaml;

namespace Sidecar.Catalogue;

/// <summary>Resolves metadata items to values: from secrets, from the environment, with Dapr's substitutions.</summary>
internal static class MetadataResolver
{
    public static IReadOnlyDictionary<string, string> Resolve(
        Component component,
        string appId,
        IReadOnlyDictionary<string, ISecretStore> secrets,
        List<YamlProblem> problems
    )
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in component.Metadata)
        {
            if (Value(component, item, secrets, problems) is { } value)
            {
                values[item.Name] = value
                    .Replace("{appID}", appId, StringComparison.Ordinal)
                    .Replace("{namespace}", Environment.GetEnvironmentVariable("NAMESPACE") ?? "", StringComparison.Ordinal)
                    .Replace("{podName}", Environment.GetEnvironmentVariable("POD_NAME") ?? "", StringComparison.Ordinal)
                    .Replace("{uuid}", Guid.NewGuid().ToString(), StringComparison.Ordinal);
            }
        }
        return values;
    }

    private static string? Value(
        Component component,
        MetadataItem item,
        IReadOnlyDictionary<string, ISecretStore> secrets,
        List<YamlProblem> problems
    )
    {
        if (item.EnvRef is { } variable)
        {
            return Environment.GetEnvironmentVariable(variable) ?? "";
        }
        if (item.SecretKeyRef is not { } reference)
        {
            return item.Value ?? "";
        }
        if (component.SecretStore is not { Length: > 0 } storeName)
        {
            problems.Add(
                new YamlProblem(component.File, item.Line, $"'{item.Name}' refers to a secret, but the component names no auth.secretStore")
            );
            return null;
        }
        if (!secrets.TryGetValue(storeName, out var store))
        {
            problems.Add(
                new YamlProblem(
                    component.File,
                    item.Line,
                    $"secret store '{storeName}' is not there for this app; define it, or put the app into its scopes"
                )
            );
            return null;
        }
        if (
            store.Get(reference.Name) is { } secret
            && (secret.TryGetValue(reference.Key, out var value) || secret.TryGetValue(reference.Name, out value))
        )
        {
            return value;
        }
        problems.Add(
            new YamlProblem(
                component.File,
                item.Line,
                $"secret store '{storeName}' has no secret '{reference.Name}' with key '{reference.Key}'"
            )
        );
        return null;
    }
}
