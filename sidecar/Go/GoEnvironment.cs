using System.Buffers;
using System.Text;

namespace Sidecar.Go;

/// <summary>Replaces references to environment variables as Go's <c>os.Expand</c> does: <c>$NAME</c> and <c>${NAME}</c>.</summary>
internal static class GoEnvironment
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    );

    /// <param name="valueOf">Returns the value of a variable; null means an empty one.</param>
    public static string Expand(string text, Func<string, string?> valueOf)
    {
        var expanded = new StringBuilder(text.Length);
        var copied = 0;
        for (var at = text.IndexOf('$', StringComparison.Ordinal); at >= 0 && at + 1 < text.Length; at = text.IndexOf('$', copied))
        {
            expanded.Append(text, copied, at - copied);
            var (name, length) = Reference(text.AsSpan(at + 1));
            if (name.Length > 0)
            {
                expanded.Append(valueOf(name));
            }
            else if (length == 0)
            {
                expanded.Append('$'); // no reference; an invalid one is removed
            }
            copied = at + 1 + length;
        }
        return expanded.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>The name behind a dollar sign, and the length of the reference.</summary>
    private static (string Name, int Length) Reference(ReadOnlySpan<char> text)
    {
        if (text[0] == '{')
        {
            var end = text.IndexOf('}');
            return end > 1 ? (text[1..end].ToString(), end + 1) : ("", end < 0 ? 1 : 2);
        }
        if (IsSpecial(text[0]))
        {
            return (text[..1].ToString(), 1);
        }
        var length = text.IndexOfAnyExcept(NameCharacters);
        length = length < 0 ? text.Length : length;
        return (text[..length].ToString(), length);
    }

    private static bool IsSpecial(char sign) => char.IsAsciiDigit(sign) || "*#$@!?-".Contains(sign, StringComparison.Ordinal);
}
