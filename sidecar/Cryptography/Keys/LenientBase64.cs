namespace Sidecar.Cryptography.Keys;

/// <summary>Base64 as key files contain it: either alphabet (not mixed), with or without padding, with or without line breaks.</summary>
internal static class LenientBase64
{
    /// <summary>Null if the text is not base64.</summary>
    public static byte[]? Decode(string text)
    {
        var digits = text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).TrimEnd('=');
        // .NET skips white space, Go does not: a key of plain bytes may contain some.
        if (digits.AsSpan().ContainsAny(" \t="))
        {
            return null;
        }
        if (!digits.AsSpan().ContainsAny('+', '/'))
        {
            digits = digits.Replace('-', '+').Replace('_', '/');
        }
        var bytes = new byte[digits.Length];
        return Convert.TryFromBase64String(digits.PadRight((digits.Length + 3) / 4 * 4, '='), bytes, out var length)
            ? bytes[..length]
            : null;
    }
}
