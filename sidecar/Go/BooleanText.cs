namespace Sidecar.Go;

/// <summary>Parses booleans in metadata as Dapr does.</summary>
internal static class BooleanText
{
    public static bool Of(string? text) => text?.Trim().ToLowerInvariant() is "y" or "yes" or "true" or "t" or "on" or "1";

    /// <summary>Parses booleans as Go does, which is stricter and also checks the words for false.</summary>
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }
}
