using System.Globalization;

namespace Sidecar.Go;

/// <summary>Durations in Go's format (<c>1h2m3.5s</c>, <c>300ms</c>), which Dapr's resources and APIs use.</summary>
internal static class GoDuration
{
    private const string Digits = "0123456789.";

    /// <summary>Formats a duration as Go does: <c>3m0s</c>, <c>1.5s</c>, <c>300ms</c>.</summary>
    public static string Text(TimeSpan duration)
    {
        static string Number(double number) => number.ToString("0.#######", CultureInfo.InvariantCulture);
        return duration < TimeSpan.Zero ? "-" + Text(-duration)
            : duration == TimeSpan.Zero ? "0s"
            : duration.TotalMilliseconds < 1 ? Number(duration.TotalMicroseconds) + "µs"
            : duration.TotalSeconds < 1 ? Number(duration.TotalMilliseconds) + "ms"
            : (duration.TotalHours >= 1 ? $"{(long)duration.TotalHours}h" : "")
                + (duration.TotalMinutes >= 1 ? $"{duration.Minutes}m" : "")
                + Number((double)(duration.Ticks % TimeSpan.TicksPerMinute) / TimeSpan.TicksPerSecond)
                + "s";
    }

    /// <summary>Parses a duration of metadata or a resource, in which a bare number counts seconds.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        var trimmed = text.Trim();
        if (!double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            return TryParseExact(trimmed, out duration);
        }
        var isWithin = Math.Abs(seconds) <= long.MaxValue / 1e9; // false for NaN
        duration = isWithin ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
        return isWithin;
    }

    /// <summary>Parses a duration as Go does: every number but 0 needs a unit, blanks are refused, and 292 years are the most.</summary>
    public static bool TryParseExact(string text, out TimeSpan duration) => ProblemOf(text, out duration) is null;

    /// <summary>Like <see cref="TryParseExact"/>. Returns Go's error; null if the text is a duration.</summary>
    public static string? ProblemOf(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan(text is ['-' or '+', ..] ? 1 : 0);
        if (rest is "0")
        {
            return null;
        }
        var invalid = $"time: invalid duration {GoFormat.Quote(text)}";
        if (rest.IsEmpty)
        {
            return invalid;
        }
        var nanoseconds = 0m;
        while (!rest.IsEmpty)
        {
            var number = Leading(ref rest, rest.IndexOfAnyExcept(Digits));
            if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            {
                return invalid;
            }
            var unit = Leading(ref rest, rest.IndexOfAny(Digits));
            if (unit.IsEmpty)
            {
                return $"time: missing unit in duration {GoFormat.Quote(text)}";
            }
            if (NanosecondsOf(unit) is not { } factor)
            {
                return $"time: unknown unit {GoFormat.Quote(unit.ToString())} in duration {GoFormat.Quote(text)}";
            }
            if (amount > long.MaxValue / factor || (nanoseconds += amount * factor) > long.MaxValue)
            {
                return invalid;
            }
        }
        duration = TimeSpan.FromTicks((long)(nanoseconds / TimeSpan.NanosecondsPerTick) * (text[0] == '-' ? -1 : 1));
        return null;
    }

    /// <summary>Cuts the first <paramref name="length"/> characters off, or all of them for a negative length.</summary>
    private static ReadOnlySpan<char> Leading(ref ReadOnlySpan<char> rest, int length)
    {
        var leading = length < 0 ? rest : rest[..length];
        rest = rest[leading.Length..];
        return leading;
    }

    private static long? NanosecondsOf(ReadOnlySpan<char> unit) =>
        unit switch
        {
            "h" => 3_600_000_000_000,
            "m" => 60_000_000_000,
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "us" or "µs" or "μs" => 1_000,
            "ns" => 1,
            _ => null,
        };
}
