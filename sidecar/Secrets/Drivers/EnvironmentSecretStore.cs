using System.Collections;

namespace Sidecar.Secrets.Drivers;

/// <summary><c>secretstores.local.env</c>. <see cref="HiddenVariables"/> stay hidden, as in daprd.</summary>
internal sealed class EnvironmentSecretStore(string prefix) : ISecretStore
{
    public bool MultipleKeyValues => false;

    public IReadOnlyDictionary<string, string>? Get(string name)
    {
        var variable = prefix + name;
        var value = HiddenVariables.Contain(variable) ? "" : Environment.GetEnvironmentVariable(variable) ?? "";
        return new Dictionary<string, string> { [name] = value };
    }

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> All() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(entry => (Name: (string)entry.Key, Value: (string?)entry.Value ?? ""))
            .Where(entry => entry.Name.Length > prefix.Length && entry.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Where(entry => !HiddenVariables.Contain(entry.Name))
            .ToDictionary(
                entry => entry.Name[prefix.Length..],
                entry =>
                    (IReadOnlyDictionary<string, string>)new Dictionary<string, string> { [entry.Name[prefix.Length..]] = entry.Value },
                StringComparer.Ordinal
            );

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
