namespace Sidecar.Go;

/// <summary>
/// Finds the first JSON value of a body, and reports mistakes with the texts of Go's decoder, which daprd returns to its callers.
/// </summary>
internal ref struct GoJsonScanner(ReadOnlySpan<byte> text)
{
    /// <summary>Deeper nesting is refused: each level takes stack.</summary>
    public const int MaxDepth = 1000;

    private readonly ReadOnlySpan<byte> text = text;
    private int at = 0;
    private int depth = 0;

    /// <summary>
    /// The first value; the problem with Go's text if there is none. Ignores everything after it, as Go's decoder of streams does.
    /// </summary>
    public static ReadOnlySpan<byte> First(ReadOnlySpan<byte> body, out string? problem) => Find(body, alone: false, out problem);

    /// <summary>Like <see cref="First"/>, but anything after the value is a problem, as for Go's <c>Unmarshal</c>.</summary>
    public static ReadOnlySpan<byte> Only(ReadOnlySpan<byte> body, out string? problem) => Find(body, alone: true, out problem);

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> body, bool alone, out string? problem)
    {
        var scanner = new GoJsonScanner(body);
        scanner.Skip();
        if (scanner.at == body.Length)
        {
            problem = "EOF";
            return [];
        }
        var start = scanner.at;
        problem = scanner.Value();
        var end = scanner.at;
        scanner.Skip();
        if (problem is null && alone && scanner.at < body.Length)
        {
            problem = scanner.Unexpected("after top-level value");
        }
        return problem is null ? body[start..end] : [];
    }

    private string? Value()
    {
        Skip();
        switch (Peek())
        {
            case -1:
                return "unexpected EOF";
            case '{' or '[' when depth >= MaxDepth:
                return "exceeded max depth";
            case '{':
                depth++;
                return Object();
            case '[':
                depth++;
                return Array();
            case '"':
                return Text();
            case 't':
                return Literal("true"u8);
            case 'f':
                return Literal("false"u8);
            case 'n':
                return Literal("null"u8);
            case '-' or (>= '0' and <= '9'):
                return Number();
            default:
                return Unexpected("looking for beginning of value");
        }
    }

    private string? Object()
    {
        at++;
        Skip();
        if (Take('}'))
        {
            depth--;
            return null;
        }
        while (true)
        {
            Skip();
            if (Peek() != '"')
            {
                return Unexpected("looking for beginning of object key string");
            }
            if (Text() is { } key)
            {
                return key;
            }
            Skip();
            if (!Take(':'))
            {
                return Unexpected("after object key");
            }
            if (Value() is { } value)
            {
                return value;
            }
            Skip();
            if (Take('}'))
            {
                depth--;
                return null;
            }
            if (!Take(','))
            {
                return Unexpected("after object key:value pair");
            }
        }
    }

    private string? Array()
    {
        at++;
        Skip();
        if (Take(']'))
        {
            depth--;
            return null;
        }
        while (true)
        {
            if (Value() is { } item)
            {
                return item;
            }
            Skip();
            if (Take(']'))
            {
                depth--;
                return null;
            }
            if (!Take(','))
            {
                return Unexpected("after array element");
            }
        }
    }

    private string? Text()
    {
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                at++;
                return null;
            }
            if (text[at] < 0x20)
            {
                return Unexpected("in string literal");
            }
            if (text[at] == '\\' && Escape() is { } problem)
            {
                return problem;
            }
        }
        return "unexpected EOF";
    }

    private string? Escape()
    {
        at++;
        if (Peek() != 'u')
        {
            return Peek() is -1 or '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't' ? null : Unexpected("in string escape code");
        }
        for (var digit = 0; digit < 4; digit++)
        {
            at++;
            if (Peek() >= 0 && !char.IsAsciiHexDigit((char)text[at]))
            {
                return Unexpected("in \\u hexadecimal character escape");
            }
        }
        return null;
    }

    private string? Literal(ReadOnlySpan<byte> word)
    {
        for (var i = 1; i < word.Length; i++)
        {
            at++;
            if (Peek() != word[i])
            {
                return Unexpected($"in literal {System.Text.Encoding.ASCII.GetString(word)} (expecting '{(char)word[i]}')");
            }
        }
        at++;
        return null;
    }

    private string? Number()
    {
        Take('-');
        if (!Take('0') && !Digits())
        {
            return Unexpected("in numeric literal");
        }
        if (Take('.') && !Digits())
        {
            return Unexpected("after decimal point in numeric literal");
        }
        if (Take('e') || Take('E'))
        {
            _ = Take('+') || Take('-');
            if (!Digits())
            {
                return Unexpected("in exponent of numeric literal");
            }
        }
        return null;
    }

    private bool Digits()
    {
        var start = at;
        while (Peek() is >= '0' and <= '9')
        {
            at++;
        }
        return at > start;
    }

    private readonly int Peek() => at < text.Length ? text[at] : -1;

    private bool Take(char expected)
    {
        if (Peek() != expected)
        {
            return false;
        }
        at++;
        return true;
    }

    private void Skip()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n')
        {
            at++;
        }
    }

    private readonly string Unexpected(string where) =>
        at >= text.Length ? "unexpected EOF" : $"invalid character {Quoted(text[at])} {where}";

    private static string Quoted(byte c) =>
        c switch
        {
            (byte)'\'' => @"'\''",
            (byte)'\\' => @"'\\'",
            (byte)'\n' => @"'\n'",
            (byte)'\r' => @"'\r'",
            (byte)'\t' => @"'\t'",
            >= 0x20 and < 0x7f => $"'{(char)c}'",
            >= 0xa1 => $"'{(char)c}'",
            _ => $"'\\x{c:x2}'",
        };
}
