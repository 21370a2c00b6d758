using System.Globalization;
using System.Text;

namespace Sidecar.Cel;

/// <summary>Reads tokens on demand; operators are asked for by name, longest first.</summary>
internal sealed class CelTokens(string text)
{
    private static readonly string[] Longer = ["==", "!=", "<=", ">=", "&&", "||"];

    private int at;

    public bool Take(string token)
    {
        SkipSpace();
        if (!Stands(token))
        {
            return false;
        }
        at += token.Length;
        return true;
    }

    public string? TakeAny(params ReadOnlySpan<string> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (Take(candidate))
            {
                return candidate;
            }
        }
        return null;
    }

    public void Expect(string token)
    {
        if (!Take(token))
        {
            throw Unexpected($"'{token}'");
        }
    }

    public void ExpectEnd()
    {
        SkipSpace();
        if (at < text.Length)
        {
            throw Unexpected("the end");
        }
    }

    public string Identifier()
    {
        SkipSpace();
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
        {
            at++;
        }
        return at > start && !char.IsAsciiDigit(text[start]) ? text[start..at] : throw Unexpected("a name");
    }

    public bool Literal(out object? value)
    {
        SkipSpace();
        if (at < text.Length && text[at] is '"' or '\'')
        {
            value = QuotedText(text[at]);
            return true;
        }
        if (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            value = Number();
            return true;
        }
        foreach (var (word, meaning) in (ReadOnlySpan<(string, object?)>)[("true", true), ("false", false), ("null", null)])
        {
            if (Take(word))
            {
                value = meaning;
                return true;
            }
        }
        value = null;
        return false;
    }

    private bool Stands(string token)
    {
        if (string.CompareOrdinal(text, at, token, 0, token.Length) != 0)
        {
            return false;
        }
        var end = at + token.Length;
        if (char.IsAsciiLetter(token[0]))
        {
            return end >= text.Length || !(char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_');
        }
        // "<" must not eat the half of "<=".
        return token.Length > 1 || !Longer.Any(longer => longer[0] == token[0] && string.CompareOrdinal(text, at, longer, 0, 2) == 0);
    }

    private string QuotedText(char quote)
    {
        var found = new StringBuilder();
        for (at++; at < text.Length && text[at] != quote; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
                found.Append(text[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            }
            else
            {
                found.Append(text[at]);
            }
        }
        if (at >= text.Length)
        {
            throw Unexpected($"a closing {quote}");
        }
        at++;
        return found.ToString();
    }

    private object Number()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is '.' or 'e' or 'E'))
        {
            at++;
        }
        var digits = text[start..at];
        if (at < text.Length && text[at] is 'u' or 'U')
        {
            at++;
        }
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var whole)
            ? (object)whole // boxed here: the conditional would make a double of it, and 7 / 2 three and a half
            : double.TryParse(digits, CultureInfo.InvariantCulture, out var real) ? real : throw Unexpected("a number");
    }

    private void SkipSpace()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }

    private CelException Unexpected(string expected)
        => new($"expected {expected} at position {at + 1} of '{text}'");
}
