using System.Collections;

namespace Sidecar.Secrets.Drivers;

/// <summary><c>secretstores.local.env</c>. Variables of Dapr itself and the app token stay hidden, as in daprd.</summary>
internal sealed class EnvironmentSecretStore(string prefix) : ISecretStore
{
    public bool MultipleKeyValues => false;

    public IReadOnlyDictionary<string, string>? Get(string name)
    {
        var variable = prefix + name;
        var value = Hidden(variable) ? "" : Environment.GetEnvironmentVariable(variable) ?? "";
        return new Dictionary<string, string> { [name] = value };
    }

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> All() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(entry => (Name: (string)entry.Key, Value: (string?)entry.Value ?? ""))
            .Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal) && !Hidden(entry.Name))
            .ToDictionary(
                entry => entry.Name[prefix.Length..],
                entry =>
                    (IReadOnlyDictionary<string, string>)new Dictionary<string, string> { [entry.Name[prefix.Length..]] = entry.Value },
                StringComparer.Ordinal
            );

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool Hidden(string variable) =>
        variable.StartsWith("DAPR_", StringComparison.OrdinalIgnoreCase)
        || variable.Equals("APP_API_TOKEN", StringComparison.OrdinalIgnoreCase);
}
