namespace Sidecar.Components;

/// <summary>Reads the metadata <c>keyPrefix</c> of state stores and locks: the name of a strategy, or the prefix itself.</summary>
internal static class PrefixStrategy
{
    private const string Separator = "||";

    /// <summary>Null if none is given. One that contains the separator of keys is reported.</summary>
    public static string? Read(ComponentProperties properties)
    {
        var given = properties.Text("keyPrefix");
        if (given?.Contains(Separator, StringComparison.Ordinal) == true)
        {
            properties.Report("keyPrefix", $"input key/keyPrefix '{given}' can't contain '{Separator}'");
        }
        return given;
    }
}
