namespace Sidecar.Components;

/// <summary>Names that go into SQL as they are, so only plain identifiers pass: <c>table</c> or <c>schema.table</c>.</summary>
internal static class TableName
{
    private const int MaxLength = 63;

    public static string Read(ComponentProperties properties, string metadata, string fallback, string suffix = "")
    {
        var name = (properties.Text(metadata) is { Length: > 0 } given ? given : fallback) + suffix;
        if (name.Split('.') is { Length: <= 2 } parts && parts.All(IsIdentifier))
        {
            return name;
        }
        properties.Report(metadata, $"'{name}' is no table name; letters, digits and _ are allowed, a schema before a dot");
        return fallback + suffix;
    }

    /// <summary>The name without its schema, as names of indexes begin.</summary>
    public static string WithoutSchema(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static bool IsIdentifier(string text) =>
        text.Length is > 0 and <= MaxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(text[0]);
}
