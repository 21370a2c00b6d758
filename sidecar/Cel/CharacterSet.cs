using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Sidecar.Cel;

/// <summary>A set of code points, written as a .NET pattern that matches one of them.</summary>
internal sealed record CharacterSet : IEnumerable<(int Low, int High)>
{
    private const int Last = 0x10FFFF;

    // To find a category takes a look at each code point. There are some forty of them.
    private static readonly ConcurrentDictionary<string, CharacterSet> Categories = new(StringComparer.Ordinal);

    private readonly List<(int Low, int High)> ranges = [];

    /// <summary>Written as a negated class: under (?i) the complement of a set is not the set of the other characters.</summary>
    public bool Negated { get; init; }

    public static CharacterSet Perl(char letter) =>
        letter switch
        {
            'd' => new() { { '0', '9' } },
            's' => new()
            {
                { '\t', '\n' },
                { '\f', '\r' },
                { ' ', ' ' },
            },
            _ => new()
            {
                { '0', '9' },
                { 'A', 'Z' },
                { '_', '_' },
                { 'a', 'z' },
            },
        };

    public static CharacterSet Posix(string name) =>
        name switch
        {
            "alnum" => new()
            {
                { '0', '9' },
                { 'A', 'Z' },
                { 'a', 'z' },
            },
            "alpha" => new() { { 'A', 'Z' }, { 'a', 'z' } },
            "ascii" => new() { { 0, 0x7F } },
            "blank" => new() { { '\t', '\t' }, { ' ', ' ' } },
            "cntrl" => new() { { 0, 0x1F }, { 0x7F, 0x7F } },
            "digit" => new() { { '0', '9' } },
            "graph" => new() { { '!', '~' } },
            "lower" => new() { { 'a', 'z' } },
            "print" => new() { { ' ', '~' } },
            "punct" => new()
            {
                { '!', '/' },
                { ':', '@' },
                { '[', '`' },
                { '{', '~' },
            },
            "space" => new() { { '\t', '\r' }, { ' ', ' ' } },
            "upper" => new() { { 'A', 'Z' } },
            "word" => Perl('w'),
            "xdigit" => new()
            {
                { '0', '9' },
                { 'A', 'F' },
                { 'a', 'f' },
            },
            _ => throw new CelException($"invalid character class [:{name}:]"),
        };

    /// <summary>A general category of Unicode (<c>L</c>, <c>Lu</c>) or <c>Any</c>. .NET has no data of scripts.</summary>
    public static CharacterSet Category(string name) => Categories.GetOrAdd(name, FindCategory);

    private static CharacterSet FindCategory(string name)
    {
        if (name == "Any")
        {
            return new() { { 0, Last } };
        }
        var set = new CharacterSet();
        for (var code = 0; code <= Last; code++)
        {
            if (ShortNames[(int)CharUnicodeInfo.GetUnicodeCategory(code)].StartsWith(name, StringComparison.Ordinal))
            {
                set.Add(code, code);
            }
        }
        return set.ranges.Count > 0 ? set : throw new CelException($"unknown character class '{name}'");
    }

    public void Add(int low, int high)
    {
        if (high < low)
        {
            throw new CelException("invalid range in a character class");
        }
        if (ranges.Count > 0 && ranges[^1].High == low - 1)
        {
            ranges[^1] = (ranges[^1].Low, high);
        }
        else
        {
            ranges.Add((low, high));
        }
    }

    public void Add(CharacterSet other, bool negated)
    {
        foreach (var (low, high) in other.Negated != negated ? Complement(other.ranges) : other.ranges)
        {
            Add(low, high);
        }
    }

    public void AppendTo(StringBuilder pattern)
    {
        var basic = ranges.Where(range => range.Low <= 0xFFFF).Select(range => $"{Unit(range.Low)}-{Unit(Math.Min(range.High, 0xFFFF))}");
        var alternatives = new List<string>
        {
            Negated ? $@"[^{string.Concat(basic)}\uD800-\uDFFF]"
            : basic.Any() ? $"[{string.Concat(basic)}]"
            : "[^\\u0000-\\uFFFF]",
        };
        foreach (var (low, high) in Negated ? Complement(ranges) : ranges)
        {
            for (var from = Math.Max(low, 0x10000); from <= high; )
            {
                // The characters with the same first surrogate; whole blocks of them in one piece.
                var blocks = (from & 0x3FF) == 0 ? (high + 1 - from) >> 10 : 0;
                var to = blocks > 0 ? from + (blocks << 10) - 1 : Math.Min(high, from | 0x3FF);
                alternatives.Add($"[{Unit(Lead(from))}-{Unit(Lead(to))}][{Unit(Trail(from))}-{Unit(Trail(to))}]");
                from = to + 1;
            }
        }
        pattern.Append("(?:").AppendJoin('|', alternatives).Append(')');
    }

    public IEnumerator<(int Low, int High)> GetEnumerator() => ranges.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static string[] ShortNames { get; } =
    [
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "Mn",
        "Mc",
        "Me",
        "Nd",
        "Nl",
        "No",
        "Zs",
        "Zl",
        "Zp",
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "-",
    ];

    private static int Lead(int code) => 0xD800 + ((code - 0x10000) >> 10);

    private static int Trail(int code) => 0xDC00 + ((code - 0x10000) & 0x3FF);

    private static string Unit(int unit) => $@"\u{unit:X4}";

    private static List<(int Low, int High)> Complement(List<(int Low, int High)> ranges)
    {
        var complement = new List<(int, int)>();
        var from = 0;
        foreach (var (low, high) in ranges.Order())
        {
            if (low > from)
            {
                complement.Add((from, low - 1));
            }
            from = Math.Max(from, high + 1);
        }
        if (from <= Last)
        {
            complement.Add((from, Last));
        }
        return complement;
    }
}
