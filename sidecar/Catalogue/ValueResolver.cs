using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.Yaml;

namespace Sidecar.Catalogue;

/// <summary>
/// Resolves the values of one resource that are kept in a secret store or in environment variables. As in daprd, a value that cannot be
/// resolved stays as it is written, with a warning.
/// </summary>
/// <param name="resource">Kind and name of the resource, for the warnings.</param>
internal sealed class ValueResolver(
    string resource,
    string file,
    string? storeName,
    IReadOnlyDictionary<string, ISecretStore> secrets,
    List<YamlProblem> problems
)
{
    /// <summary>Returns the values of the items in their order; null for one without a value.</summary>
    public IReadOnlyList<string?> Resolve(IReadOnlyList<MetadataItem> items)
    {
        var values = items.Select(item => item.Value).ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            if (items[i] is { IsVariable: true, EnvRef: { } variable })
            {
                values[i] = Variable(variable, items[i]);
            }
            else if (items[i].SecretKeyRef is { } reference)
            {
                if (FindStore(items[i]) is not { } store)
                {
                    break; // daprd resolves no further value of this resource either
                }
                values[i] = Secret(store, reference, items[i]) ?? values[i];
            }
        }
        return values;
    }

    private string Variable(string variable, MetadataItem item)
    {
        if (!HiddenVariables.Contain(variable) && !variable.Contains(' ', StringComparison.Ordinal))
        {
            return Environment.GetEnvironmentVariable(variable) ?? "";
        }
        Warn(item, $"'{item.Name}' of {resource} refers to environment variable '{variable}', which may not be read; use another one");
        return "";
    }

    private ISecretStore? FindStore(MetadataItem item)
    {
        if (storeName is not { Length: > 0 } name)
        {
            Warn(item, $"'{item.Name}' refers to a secret, but {resource} names no secret store; name it in auth.secretStore");
            return null;
        }
        if (!secrets.TryGetValue(name, out var store))
        {
            Warn(item, $"{resource} refers to secret store '{name}', which is not open; define it, or put the app into its scopes");
        }
        return store;
    }

    private string? Secret(ISecretStore store, SecretReference reference, MetadataItem item)
    {
        if (store.Get(reference.Name)?.GetValueOrDefault(reference.Key) is { Length: > 0 } value)
        {
            return value;
        }
        Warn(
            item,
            $"'{item.Name}' of {resource} has no value from a secret: secret store '{storeName}' has no secret '{reference.Name}' with key "
                + $"'{reference.Key}', or it is empty"
        );
        return null;
    }

    private void Warn(MetadataItem item, string message) => problems.Add(new YamlProblem(file, item.Line, message, Severity.IgnoredField));
}
