using System.Globalization;
using System.Text;

namespace Sidecar.Cel;

/// <summary>The values of literals. The lexer has checked their form; only their range can be wrong (then null).</summary>
internal static class CelLiterals
{
    public static object? Int(string digits, bool negative)
    {
        var magnitude = Unsigned(digits);
        return magnitude is null || magnitude > long.MaxValue + (negative ? 1UL : 0UL) ? null
            : negative ? unchecked(-(long)magnitude)
            : (long)magnitude;
    }

    public static object? Uint(string token) => Unsigned(token[..^1]);

    public static object? Double(string digits, bool negative) =>
        double.Parse(digits, CultureInfo.InvariantCulture) is var number && double.IsInfinity(number) ? null
        : negative ? -number
        : number;

    public static string? String(string token)
    {
        var text = new StringBuilder();
        return Unescape(token, (code, _) =>
        {
            // A surrogate alone is no character; Go's encoder writes the replacement character.
            if (code <= 0x10FFFF)
            {
                text.Append((Rune.TryCreate(code, out var rune) ? rune : Rune.ReplacementChar).ToString());
            }
            return code <= 0x10FFFF;
        }) ? text.ToString() : null;
    }

    /// <summary>Reads an escape. In bytes, <c>\x</c> and octal escapes are bytes; <c>\u</c> and <c>\U</c> are refused.</summary>
    public static byte[]? Bytes(string token)
    {
        var bytes = new List<byte>();
        return Unescape(token[1..], (code, escape) =>
        {
            bytes.AddRange(escape is 'x' or 'X' or (>= '0' and <= '3') ? [(byte)code] : Encoding.UTF8.GetBytes(new Rune(code).ToString()));
            return escape is not ('u' or 'U');
        }) ? [.. bytes] : null;
    }

    private static ulong? Unsigned(string digits) =>
        digits.StartsWith("0x", StringComparison.Ordinal)
            ? ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)
                ? hex
                : null
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;

    /// <summary>Passes each code point to <paramref name="add"/> with the letter of its escape; false if one of them was refused.</summary>
    private static bool Unescape(string token, Func<uint, char, bool> add)
    {
        var raw = token[0] is 'r' or 'R';
        var quoted = (raw ? token[1..] : token).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var quote = quoted.Length >= 6 && quoted[1] == quoted[0] && quoted[2] == quoted[0] ? 3 : 1;
        var content = quoted.AsSpan(quote, quoted.Length - 2 * quote);
        while (content.Length > 0)
        {
            var (code, escape, length) = (0u, '\0', 0);
            if (raw || content[0] != '\\')
            {
                Rune.DecodeFromUtf16(content, out var rune, out length);
                code = (uint)rune.Value;
            }
            else
            {
                escape = content[1];
                (code, length) = escape switch
                {
                    'a' => ('\a', 2),
                    'b' => ('\b', 2),
                    'f' => ('\f', 2),
                    'n' => ('\n', 2),
                    'r' => ('\r', 2),
                    't' => ('\t', 2),
                    'v' => ('\v', 2),
                    'x' or 'X' => (Hex(content[2..4]), 4),
                    'u' => (Hex(content[2..6]), 6),
                    'U' => (Hex(content[2..10]), 10),
                    >= '0' and <= '3' => ((uint)((escape - '0') * 64 + (content[2] - '0') * 8 + content[3] - '0'), 4),
                    _ => ((uint)escape, 2),
                };
            }
            if (!add(code, escape))
            {
                return false;
            }
            content = content[length..];
        }
        return true;
    }

    private static uint Hex(ReadOnlySpan<char> digits) => uint.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
