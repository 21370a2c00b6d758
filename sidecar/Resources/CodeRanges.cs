using System.Globalization;

namespace Sidecar.Resources;

/// <summary>Status codes and ranges of them, as <c>429,500-599</c>.</summary>
internal sealed class CodeRanges
{
    private readonly IReadOnlyList<(int First, int Last)> ranges;

    private CodeRanges(IReadOnlyList<(int First, int Last)> ranges) => this.ranges = ranges;

    public bool Contains(int code)
    {
        foreach (var (first, last) in ranges)
        {
            if (first <= code && code <= last)
            {
                return true;
            }
        }
        return false;
    }

    public static bool TryParse(string text, int lowest, int highest, out CodeRanges? codes)
    {
        codes = null;
        var ranges = new List<(int First, int Last)>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (
                ends.Length > 2
                || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                || first < lowest
                || last > highest
                || last < first
            )
            {
                return false;
            }
            ranges.Add((first, last));
        }
        codes = new CodeRanges(ranges);
        return true;
    }
}
