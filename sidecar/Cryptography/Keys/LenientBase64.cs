namespace Sidecar.Cryptography.Keys;

/// <summary>Base64 as files of keys have it: either alphabet (not mixed), with or without padding, broken into lines or not.</summary>
internal static class LenientBase64
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Null when it is no base64.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text) => Decode(text, Letters + "+/") ?? Decode(text, Letters + "-_");

    private static byte[]? Decode(ReadOnlySpan<char> text, string alphabet)
    {
        text = text.TrimEnd("\r\n=");
        var decoded = new List<byte>(text.Length * 3 / 4);
        var (bits, count, letters) = (0, 0, 0);
        foreach (var letter in text)
        {
            if (letter is '\r' or '\n')
            {
                continue;
            }
            var value = alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }
            letters++;
            bits = ((bits << 6) | value) & 0xFFFFFF;
            count += 6;
            if (count >= 8)
            {
                count -= 8;
                decoded.Add((byte)(bits >> count));
            }
        }
        return letters % 4 == 1 ? null : [.. decoded];
    }
}
