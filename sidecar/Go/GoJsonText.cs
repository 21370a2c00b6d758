using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sidecar.Go;

/// <summary>
/// JSON texts as Go reads them: bytes that are no UTF-8 and halves of surrogate pairs become U+FFFD. .NET's parser accepts both, and
/// throws only when such a text is read.
/// </summary>
internal static class GoJsonText
{
    /// <summary>The value with such characters replaced. <paramref name="json"/> is valid apart from them.</summary>
    public static byte[] Repair(ReadOnlySpan<byte> json)
    {
        if (System.Text.Unicode.Utf8.IsValid(json) && json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
        {
            return json.ToArray();
        }
        var repaired = new ArrayBufferWriter<byte>(json.Length + 16);
        while (!json.IsEmpty)
        {
            json = json[Next(json, repaired)..];
        }
        return repaired.WrittenSpan.ToArray();
    }

    /// <summary>Writes the next character or escape, and returns the number of bytes that it takes in <paramref name="json"/>.</summary>
    private static int Next(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> to)
    {
        if (json is [(byte)'\\', (byte)'u', ..])
        {
            var length =
                Escaped(json) is not { } code || !char.IsSurrogate(code) ? 6
                : char.IsHighSurrogate(code) && Escaped(json[6..]) is { } low && char.IsLowSurrogate(low) ? 12
                : 0;
            to.Write(length > 0 ? json[..Math.Min(length, json.Length)] : "\\ufffd"u8);
            return Math.Min(Math.Max(length, 6), json.Length);
        }
        if (json is [(byte)'\\', _, ..])
        {
            to.Write(json[..2]);
            return 2;
        }
        if (Rune.DecodeFromUtf8(json, out _, out var taken) == OperationStatus.Done)
        {
            to.Write(json[..taken]);
            return taken;
        }
        to.Write("\uFFFD"u8);
        return 1; // Go replaces each byte
    }

    private static char? Escaped(ReadOnlySpan<byte> json) =>
        json is [(byte)'\\', (byte)'u', ..]
        && json.Length >= 6
        && ushort.TryParse(json[2..6], NumberStyles.AllowHexSpecifier, null, out var code)
            ? (char)code
            : null;
}
