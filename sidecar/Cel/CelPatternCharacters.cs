using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sidecar.Cel;

/// <summary>
/// Reads single characters and named classes of a pattern in RE2's syntax. Each method moves <c>next</c> behind the text it has read.
/// </summary>
internal static class CelPatternCharacters
{
    public static char Peek(string pattern, int next) => next < pattern.Length ? pattern[next] : throw new CelException("missing ]");

    /// <summary>A class that an escape names; null if it is a character.</summary>
    public static CharacterSet? Set(string pattern, ref int next)
    {
        var c = Peek(pattern, next);
        switch (c)
        {
            case 'd' or 'D' or 's' or 'S' or 'w' or 'W':
                next++;
                return CharacterSet.Perl(char.ToLowerInvariant(c)) with { Negated = char.IsUpper(c) };
            case 'p' or 'P':
                var name = Regex.Match(pattern[next..], @"^[pP](?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))", RegexOptions.NonBacktracking);
                if (!name.Success)
                {
                    throw new CelException("invalid character class");
                }
                next += name.Length;
                var category = CharacterSet.Category(name.Groups[2].Value + name.Groups[3].Value);
                return category with { Negated = (c == 'P') != (name.Groups[1].Length > 0) };
            default:
                return null;
        }
    }

    /// <summary>Returns the character of an escape; <paramref name="next"/> is behind the backslash.</summary>
    public static int Escaped(string pattern, ref int next)
    {
        var c = Peek(pattern, next);
        if (
            Regex.Match(pattern[next..], @"^(?:x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2}))", RegexOptions.NonBacktracking) is
            { Success: true } hex
        )
        {
            next += hex.Length;
            return
                int.TryParse(
                    hex.Groups[1].Value + hex.Groups[2].Value,
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var code
                ) && code is >= 0 and <= 0x10FFFF
                ? code
                : throw new CelException("invalid code point");
        }
        // A digit alone is a reference to a group, which RE2 does not have.
        if (Regex.Match(pattern[next..], "^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})", RegexOptions.NonBacktracking) is { Success: true } octal)
        {
            next += octal.Length;
            return Convert.ToInt32(octal.Value, 8);
        }
        next++;
        return c switch
        {
            'a' => '\a',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            _ when char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c) => c,
            _ => throw new CelException($@"invalid escape \{c}"),
        };
    }

    public static int Plain(string pattern, ref int next)
    {
        Rune.DecodeFromUtf16(pattern.AsSpan(next), out var rune, out var length);
        next += length;
        return rune.Value;
    }
}
