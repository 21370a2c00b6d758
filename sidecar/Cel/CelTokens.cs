using System.Text.RegularExpressions;

namespace Sidecar.Cel;

/// <summary>The tokens of an expression and the position of the parser in them. Source: the lexer rules of CEL's grammar.</summary>
internal sealed partial class CelTokens
{
    private static readonly CelTokenKind[] Kinds = [.. Enum.GetValues<CelTokenKind>().Where(kind => kind != CelTokenKind.End)];

    private readonly string text;
    private readonly List<CelToken> tokens = [];
    private int next;

    public CelTokens(string text)
    {
        this.text = text;
        for (var at = 0; at < text.Length; )
        {
            var match = Token.Match(text, at);
            if (!match.Success)
            {
                throw Unexpected("a token", at);
            }
            var kind = Kinds.First(kind => match.Groups[kind.ToString()].Success);
            if (kind != CelTokenKind.Space)
            {
                tokens.Add(new CelToken(kind, match.Value, at));
            }
            at += match.Length;
        }
        tokens.Add(new CelToken(CelTokenKind.End, "", text.Length));
    }

    public CelToken Current => tokens[next];

    public CelToken Following => tokens[Math.Min(next + 1, tokens.Count - 1)];

    public CelToken Read() => tokens[next++];

    /// <summary>Reads <paramref name="token"/>, an operator or the keyword <c>in</c>, if it comes next.</summary>
    public bool Take(string token)
    {
        if (Current.Kind is not (CelTokenKind.Operator or CelTokenKind.Name) || Current.Text != token)
        {
            return false;
        }
        next++;
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
        if (Current.Kind != CelTokenKind.End)
        {
            throw Unexpected("the end");
        }
    }

    public string Identifier() =>
        Current is { Kind: CelTokenKind.Name, Text: not ("in" or "true" or "false" or "null") } ? Read().Text : throw Unexpected("a name");

    public CelException Unexpected(string expected) => Unexpected(expected, Current.Position);

    public CelException Wrong(string reason) => new($"{reason} before position {Current.Position + 1} of '{text}'");

    private CelException Unexpected(string expected, int position) => new($"expected {expected} at position {position + 1} of '{text}'");

    [GeneratedRegex(
        """
            \G(?:
              (?<Space>[\t\ \r\n\f]+|//[^\n]*)
            | (?<Float>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
            | (?<Uint>(?:0x[0-9a-fA-F]+|[0-9]+)[uU])
            | (?<Int>0x[0-9a-fA-F]+|[0-9]+)
            | (?:(?<Bytes>[bB])|(?<String>))(?:
                [rR](?:"{3}[\s\S]*?"{3}|'{3}[\s\S]*?'{3}|"[^"\n\r]*"|'[^'\n\r]*')
              | "{3}(?:\\(?:[abfnrtv"'\\?`]|[0-3][0-7]{2}|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|[^\\])*?"{3}
              | '{3}(?:\\(?:[abfnrtv"'\\?`]|[0-3][0-7]{2}|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|[^\\])*?'{3}
              | "(?:\\(?:[abfnrtv"'\\?`]|[0-3][0-7]{2}|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|[^\\"\n\r])*"
              | '(?:\\(?:[abfnrtv"'\\?`]|[0-3][0-7]{2}|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|[^\\'\n\r])*')
            | (?<Name>[A-Za-z_][A-Za-z0-9_]*)
            | (?<Operator>==|!=|<=|>=|&&|\|\||[-+*/%!<>?:.,(){}\[\]]))
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant
    )]
    private static partial Regex Token { get; }
}
