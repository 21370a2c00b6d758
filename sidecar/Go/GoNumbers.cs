using System.Globalization;

namespace Sidecar.Go;

/// <summary>Reads whole numbers of 64 bits as Go's <c>strconv</c> does, with its errors.</summary>
internal static class GoNumbers
{
    /// <param name="function">The function that the error names: <c>Atoi</c>, <c>ParseInt</c>.</param>
    /// <exception cref="FormatException">The text is no number or out of range; the message is Go's.</exception>
    public static long Parse(string text, string function) =>
        ProblemOf(text, function) is { } problem ? throw new FormatException(problem) : long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Returns Go's error for a text that it can't read; null if it can.</summary>
    public static string? ProblemOf(string text, string function)
    {
        var digits = text.AsSpan(text is ['+' or '-', ..] ? 1 : 0);
        return digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') ? Problem(text, function, "invalid syntax")
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null
            : Problem(text, function, "value out of range");
    }

    public static string Problem(string text, string function, string reason) =>
        $"strconv.{function}: parsing {GoFormat.Quote(text)}: {reason}";
}
