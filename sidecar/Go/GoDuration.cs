using System.Globalization;

namespace Sidecar.Go;

/// <summary>Durations in Go's format (<c>1h2m3.5s</c>, <c>300ms</c>), which Dapr's resources and APIs use.</summary>
internal static class GoDuration
{
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

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
        {
            return false;
        }
        if (double.TryParse(rest, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            duration = TimeSpan.FromSeconds(seconds);
            return true;
        }
        var negative = rest[0] == '-';
        rest = rest.TrimStart("+-");
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.Float, CultureInfo.InvariantCulture, out var amount))
            {
                return false;
            }
            rest = rest[digits..];
            var letters = rest.IndexOfAny("0123456789.");
            var unit = letters < 0 ? rest : rest[..letters];
            rest = letters < 0 ? [] : rest[letters..];
            TimeSpan? part = unit switch
            {
                "h" => TimeSpan.FromHours(amount),
                "m" => TimeSpan.FromMinutes(amount),
                "s" => TimeSpan.FromSeconds(amount),
                "ms" => TimeSpan.FromMilliseconds(amount),
                "us" or "µs" or "μs" => TimeSpan.FromMicroseconds(amount),
                "ns" => TimeSpan.FromTicks((long)(amount / 100)),
                _ => null,
            };
            if (part is null)
            {
                return false;
            }
            duration += part.Value;
        }
        duration = negative ? -duration : duration;
        return true;
    }
}
