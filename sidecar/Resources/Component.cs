namespace Sidecar.Resources;

/// <summary>A Component resource. <paramref name="Line"/> is where it starts in <paramref name="File"/>.</summary>
internal sealed record Component(
    string Name,
    string Type,
    string Version,
    IReadOnlyList<MetadataItem> Metadata,
    IReadOnlyList<string> Scopes,
    string? SecretStore,
    bool IgnoreErrors,
    string File,
    int Line
)
{
    /// <summary>The text of its document, compared to detect a change.</summary>
    public string Content { get; init; } = "";

    public bool AppliesTo(string appId) => Scopes.Count == 0 || Scopes.Contains(appId, StringComparer.Ordinal);
}

/// <summary>One metadata entry: a value, or a reference to it.</summary>
internal sealed record MetadataItem(string Name, string? Value, SecretReference? SecretKeyRef, string? EnvRef, int Line)
{
    /// <summary>True if the value is that of an environment variable: a written value comes before it, a secret behind it.</summary>
    public bool IsVariable => Value is null && EnvRef is { Length: > 0 };
}

internal sealed record SecretReference(string Name, string Key);
