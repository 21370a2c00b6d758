using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using static Sidecar.Cel.CelPatternCharacters;

namespace Sidecar.Cel;

/// <summary>
/// Patterns of <c>matches</c>: RE2's syntax, translated to that of .NET, and matched in time linear to the text. Refuses what RE2 refuses.
/// A character is a code point: each character outside the basic plane is translated to its pair of surrogates. Groups capture nothing and
/// greediness is dropped, because only the match counts. Source: RE2's syntax page.
/// </summary>
internal sealed class CelPattern
{
    private const int MaxRepeats = 1000;
    private const int MaxDepth = 250;
    private const string Pair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";

    private readonly string pattern;
    private readonly StringBuilder translated = new();
    private int next;

    private CelPattern(string pattern) => this.pattern = pattern;

    /// <summary>Returns the test of a text. A wrong pattern makes each test an error.</summary>
    public static Func<object?, object?> Compile(string pattern)
    {
        try
        {
            var regex = Parse(pattern);
            return text => text is string subject ? CelValues.Box(regex.IsMatch(subject)) : CelError.NoOverload("matches");
        }
        catch (CelException e)
        {
            var error = new CelError($"pattern '{pattern}' is refused: {e.Message}");
            return _ => error;
        }
    }

    /// <exception cref="CelException">RE2 refuses the pattern.</exception>
    public static Regex Parse(string pattern)
    {
        try
        {
            return new Regex(new CelPattern(pattern).Translate(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new CelException(e.Message);
        }
    }

    private string Translate()
    {
        Alternatives(multiline: false, dotAll: false, depth: 0, out _);
        return next < pattern.Length ? throw new CelException("unexpected )") : translated.ToString();
    }

    /// <summary>
    /// Translates up to the end of the group. Flags set inside it end with it. Bounds multiply, so the limit is on their product.
    /// </summary>
    private void Alternatives(bool multiline, bool dotAll, int depth, out int repeats)
    {
        if (depth > MaxDepth)
        {
            throw new CelException("nested too deeply");
        }
        repeats = 1;
        var repeatable = false;
        var atom = 1;
        while (next < pattern.Length && pattern[next] != ')')
        {
            var c = pattern[next++];
            switch (c)
            {
                case '|':
                    translated.Append('|');
                    repeatable = false;
                    continue;
                case '*' or '+' or '?':
                    Repeat(c.ToString(), ref repeatable);
                    continue;
                case '{' when Bounds() is var (bounds, count):
                    Repeat(bounds, ref repeatable);
                    repeats = Math.Max(repeats, atom * count);
                    if (repeats > MaxRepeats)
                    {
                        throw new CelException($"more than {MaxRepeats} repeats");
                    }
                    continue;
                case '(':
                    repeatable = Group(ref multiline, ref dotAll, depth, out atom);
                    repeats = Math.Max(repeats, atom);
                    continue;
                case '[':
                    Class();
                    break;
                case '.':
                    translated.Append(dotAll ? $@"(?:{Pair}|[^\uD800-\uDFFF])" : $@"(?:{Pair}|[^\n\uD800-\uDFFF])");
                    break;
                case '^':
                    translated.Append(multiline ? "(?m:^)" : @"\A");
                    break;
                case '$':
                    translated.Append(multiline ? "(?m:$)" : @"\z");
                    break;
                case '\\':
                    Escape();
                    break;
                default:
                    next--;
                    Literal(Plain(pattern, ref next));
                    break;
            }
            repeatable = true;
            atom = 1;
        }
    }

    private void Repeat(string quantifier, ref bool repeatable)
    {
        if (!repeatable)
        {
            throw new CelException($"nothing to repeat before '{quantifier}'");
        }
        translated.Append(quantifier);
        if (next < pattern.Length && pattern[next] == '?')
        {
            next++;
        }
        repeatable = false;
    }

    /// <summary>The bounds of a repetition, or null if the brace is an ordinary character.</summary>
    private (string Text, int Count)? Bounds()
    {
        var match = Regex.Match(pattern[next..], @"^([0-9]+)(,([0-9]*))?\}", RegexOptions.NonBacktracking);
        if (!match.Success)
        {
            return null;
        }
        next += match.Length;
        var low = Limit(match.Groups[1].Value);
        var high = match.Groups[3].Length > 0 ? Limit(match.Groups[3].Value) : low;
        return high < low ? throw new CelException("bounds in the wrong order") : ("{" + match.Value, high);
    }

    private static int Limit(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit <= MaxRepeats
            ? limit
            : throw new CelException($"more than {MaxRepeats} repeats");

    /// <summary>True if it was a group and not only flags.</summary>
    private bool Group(ref bool multiline, ref bool dotAll, int depth, out int repeats)
    {
        repeats = 1;
        var (innerMultiline, innerDotAll) = (multiline, dotAll);
        var open = "(?:";
        if (next < pattern.Length && pattern[next] == '?')
        {
            var head = Regex.Match(
                pattern[next..],
                @"^\?(?:P?<(?<name>[A-Za-z0-9_]+)>|(?<on>[imsU]*)(?<minus>-)?(?<off>[imsU]*)(?<end>[:)]))",
                RegexOptions.NonBacktracking
            );
            if (!head.Success || (head.Groups["minus"].Success && head.Groups["off"].Length == 0))
            {
                throw new CelException("invalid group");
            }
            next += head.Length;
            var (on, off) = (head.Groups["on"].Value, head.Groups["off"].Value);
            innerMultiline = (multiline || on.Contains('m', StringComparison.Ordinal)) && !off.Contains('m', StringComparison.Ordinal);
            innerDotAll = (dotAll || on.Contains('s', StringComparison.Ordinal)) && !off.Contains('s', StringComparison.Ordinal);
            var ignoreCase =
                off.Contains('i', StringComparison.Ordinal) ? "-i"
                : on.Contains('i', StringComparison.Ordinal) ? "i"
                : "";
            if (head.Groups["end"].Value == ")")
            {
                (multiline, dotAll) = (innerMultiline, innerDotAll);
                translated.Append(ignoreCase.Length > 0 ? $"(?{ignoreCase})" : "");
                return false;
            }
            open = $"(?{ignoreCase}:";
        }
        translated.Append(open);
        Alternatives(innerMultiline, innerDotAll, depth + 1, out repeats);
        if (next == pattern.Length)
        {
            throw new CelException("missing )");
        }
        next++;
        translated.Append(')');
        return true;
    }

    private void Escape()
    {
        switch (next < pattern.Length ? pattern[next] : throw new CelException("trailing backslash"))
        {
            case 'A' or 'z' or 'b' or 'B':
                translated.Append('\\').Append(pattern[next++]);
                break;
            case 'Q':
                var end = pattern.IndexOf(@"\E", next, StringComparison.Ordinal);
                var stop = end < 0 ? pattern.Length : end;
                for (next++; next < stop; )
                {
                    Literal(Plain(pattern, ref next));
                }
                next = end < 0 ? stop : stop + 2;
                break;
            default:
                if (Set(pattern, ref next) is { } set)
                {
                    set.AppendTo(translated);
                }
                else
                {
                    Literal(Escaped(pattern, ref next));
                }
                break;
        }
    }

    private void Class()
    {
        var negated = next < pattern.Length && pattern[next] == '^';
        next += negated ? 1 : 0;
        var set = new CharacterSet();
        for (var first = true; first || Peek(pattern, next) != ']'; first = false)
        {
            if (
                Peek(pattern, next) == '['
                && Regex.Match(pattern[next..], @"^\[:(\^?)([a-z]*):\]", RegexOptions.NonBacktracking) is { Success: true } posix
            )
            {
                next += posix.Length;
                set.Add(CharacterSet.Posix(posix.Groups[2].Value), posix.Groups[1].Length > 0);
                continue;
            }
            if (Peek(pattern, next) == '\\' && ++next > 0)
            {
                if (Set(pattern, ref next) is { } escaped)
                {
                    set.Add(escaped, negated: false);
                    continue;
                }
                next--;
            }
            var low = ClassCharacter();
            var high = low;
            if (Peek(pattern, next) == '-' && next + 1 < pattern.Length && pattern[next + 1] != ']')
            {
                next++;
                high = ClassCharacter();
            }
            set.Add(low, high);
        }
        next++;
        (negated ? set with { Negated = true } : set).AppendTo(translated);
    }

    private int ClassCharacter()
    {
        if (Peek(pattern, next) != '\\')
        {
            return Plain(pattern, ref next);
        }
        next++;
        return Escaped(pattern, ref next);
    }

    private void Literal(int code) => new CharacterSet { { code, code } }.AppendTo(translated);
}
