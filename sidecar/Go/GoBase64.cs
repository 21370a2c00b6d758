namespace Sidecar.Go;

/// <summary>Base64 as Go reads it: of the blanks, only line ends may stand in it. Source: Go's <c>encoding/base64</c>.</summary>
internal static class GoBase64
{
    /// <summary>Null if the text is no base64; <paramref name="illegal"/> is then the place that Go names.</summary>
    public static byte[]? TryDecode(string text, out int illegal)
    {
        illegal = FirstIllegal(text);
        return illegal < 0 ? Convert.FromBase64String(text) : null;
    }

    /// <summary>-1 if the text is base64.</summary>
    private static int FirstIllegal(string text)
    {
        var digits = 0; // of the current group of four
        var at = 0;
        for (; at < text.Length && text[at] != '='; at++)
        {
            if (text[at] is '\r' or '\n')
            {
                continue;
            }
            if (!char.IsAsciiLetterOrDigit(text[at]) && text[at] is not ('+' or '/'))
            {
                return at;
            }
            digits = (digits + 1) % 4;
        }
        if (at < text.Length)
        {
            return IllegalPadding(text, at, digits);
        }
        return digits == 0 ? -1 : at - digits;
    }

    private static int IllegalPadding(string text, int at, int digits)
    {
        if (digits < 2)
        {
            return at;
        }
        var next = AfterLineEnds(text, at + 1);
        if (digits == 2)
        {
            if (next == text.Length)
            {
                return next;
            }
            if (text[next] != '=')
            {
                return next - 1;
            }
            next = AfterLineEnds(text, next + 1);
        }
        return next == text.Length ? -1 : next;
    }

    private static int AfterLineEnds(string text, int at)
    {
        while (at < text.Length && text[at] is '\r' or '\n')
        {
            at++;
        }
        return at;
    }
}
