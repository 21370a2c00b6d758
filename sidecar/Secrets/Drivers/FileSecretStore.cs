using System.Text.Json;
using Sidecar.Go;

namespace Sidecar.Secrets.Drivers;

/// <summary>
/// <c>secretstores.local.file</c>: a JSON file, nested names joined by a separator (<c>redis:password</c>), or, with <c>multiValued</c>,
/// each top-level object one secret of several keys; top-level values that are neither are left out then.
/// </summary>
internal sealed class FileSecretStore : ISecretStore
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> secrets = new(StringComparer.Ordinal);

    public FileSecretStore(string file, string separator, bool multiValued)
    {
        MultipleKeyValues = multiValued;
        using var stream = File.OpenRead(file);
        using var json = JsonDocument.Parse(stream);
        foreach (var property in json.RootElement.EnumerateObject())
        {
            if (multiValued && property.Value.ValueKind == JsonValueKind.Object)
            {
                var values = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (var inner in property.Value.EnumerateObject())
                {
                    Flatten(inner.Name, inner.Value, separator, (name, value) => values[name] = value);
                }
                secrets[property.Name] = values;
            }
            else if (!multiValued || property.Value.ValueKind == JsonValueKind.String)
            {
                Flatten(property.Name, property.Value, separator, (name, value) =>
                    secrets[name] = new Dictionary<string, string> { [name] = value }
                );
            }
        }
    }

    public bool MultipleKeyValues { get; }

    public IReadOnlyDictionary<string, string>? Get(string name) => secrets.GetValueOrDefault(name);

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> All() => secrets;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// What is no text has the form that daprd gives it (Go's print of a value under a text's format): write secrets as texts.
    /// </summary>
    private static string Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Null => "%!s(<nil>)",
            _ => $"%!s({GoFormat.TypeOf(value)}={GoFormat.Print(value)})",
        };

    private static void Flatten(string name, JsonElement value, string separator, Action<string, string> add)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var inner in value.EnumerateObject())
                {
                    Flatten(name + separator + inner.Name, inner.Value, separator, add);
                }
                break;
            case JsonValueKind.Array:
                foreach (var (index, inner) in value.EnumerateArray().Index())
                {
                    Flatten($"{name}{separator}{index}", inner, separator, add);
                }
                break;
            default:
                add(name, Text(value));
                break;
        }
    }
}
