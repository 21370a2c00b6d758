using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sidecar.Go;

namespace Sidecar.Cel;

/// <summary>The conversion functions, with the formats of Go's <c>strconv</c> and <c>time</c>.</summary>
internal static partial class CelConversions
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static object ToBool(object? value) =>
        value switch
        {
            bool => value,
            "1" or "t" or "T" or "true" or "TRUE" or "True" => CelValues.Box(true),
            "0" or "f" or "F" or "false" or "FALSE" or "False" => CelValues.Box(false),
            _ => Failed(value, "bool"),
        };

    public static object ToBytes(object? value) =>
        value switch
        {
            byte[] => value,
            string text => Encoding.UTF8.GetBytes(text),
            _ => Failed(value, "bytes"),
        };

    public static object ToDouble(object? value) =>
        value switch
        {
            double => value,
            long number => (double)number,
            ulong number => (double)number,
            string text => Number(text) ?? Failed(value, "double"),
            _ => Failed(value, "double"),
        };

    public static object ToInt(object? value) =>
        value switch
        {
            long => value,
            ulong and <= long.MaxValue => (long)(ulong)value,
            double number when number > long.MinValue && number < long.MaxValue => (long)number,
            string text when WholeNumber.IsMatch(text) && long.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
            DateTimeOffset time => time.ToUnixTimeSeconds(),
            CelDuration duration => duration.Nanoseconds,
            _ => Failed(value, "int"),
        };

    public static object ToUint(object? value) =>
        value switch
        {
            ulong => value,
            long and >= 0 => (ulong)(long)value,
            double number when number >= 0 && number < ulong.MaxValue => (ulong)number,
            string text when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => Failed(value, "uint"),
        };

    public static object ToText(object? value) =>
        value switch
        {
            string => value,
            bool holds => holds ? "true" : "false",
            long or ulong => Convert.ToString(value, CultureInfo.InvariantCulture)!,
            double number => GoText(number),
            byte[] bytes => Utf8(bytes) is { } text ? text : Failed("bytes", "string"),
            DateTimeOffset time => CelTimes.Text(time),
            CelDuration duration => $"{GoDecimal(duration.Seconds)}s",
            _ => Failed(value, "string"),
        };

    public static object ToDuration(object? value) =>
        value switch
        {
            CelDuration => value,
            string text => CelDuration.Parse(text) is { } duration ? duration : Failed(value, "duration"),
            _ => Failed(value, "duration"),
        };

    public static object ToTimestamp(object? value) =>
        value switch
        {
            DateTimeOffset => value,
            long seconds => CelTimes.FromUnix(seconds) is { } time ? time : Failed(value, "timestamp"),
            string text => GoTime.Parse(text) is { } time ? time : Failed(value, "timestamp"),
            _ => Failed(value, "timestamp"),
        };

    /// <summary>Returns the index for a number; null if it has a fraction, -1 if it is too large for any list.</summary>
    public static int? ToWhole(object? value) =>
        value switch
        {
            long number => number is >= 0 and <= int.MaxValue ? (int)number : -1,
            ulong number => number <= int.MaxValue ? (int)number : -1,
            double number when number == Math.Truncate(number) => number is >= 0 and <= int.MaxValue ? (int)number : -1,
            _ => null,
        };

    private static CelError Failed(object? value, string type) => new($"{CelValues.TypeName(value)} '{value}' converts to no {type}");

    private static string? Utf8(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static object? Number(string text) =>
        text.ToLowerInvariant() switch
        {
            "inf" or "+inf" or "infinity" or "+infinity" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            "nan" => double.NaN,
            _ when DecimalNumber.IsMatch(text)
                    && double.Parse(text, CultureInfo.InvariantCulture) is var number
                    && double.IsFinite(number) => number,
            _ => null,
        };

    /// <summary>Go's format 'g' with the shortest digits: an exponent below -4 and from 6 on.</summary>
    private static string GoText(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "NaN"
                : number > 0 ? "+Inf"
                : "-Inf";
        }
        var parts = number.ToString("E16", CultureInfo.InvariantCulture).Split('E');
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        if (number == 0 || (exponent >= -4 && exponent < 6))
        {
            return GoDecimal(number);
        }
        var digits = MinDigits(number);
        var sign = number < 0 ? "-" : "";
        var point = digits.Length > 1 ? "." : "";
        return $"{sign}{digits[0]}{point}{digits[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    /// <summary>Go's format 'f' with the shortest digits, for numbers in the range of decimal: never an exponent.</summary>
    private static string GoDecimal(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal)
            ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
            : text;
    }

    private static string MinDigits(double number) =>
        string.Concat(number.ToString("R", CultureInfo.InvariantCulture).Split('E')[0].Where(char.IsAsciiDigit)).Trim('0');

    [GeneratedRegex(@"^[+-]?[0-9]+\z")]
    private static partial Regex WholeNumber { get; }

    [GeneratedRegex(@"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\z")]
    private static partial Regex DecimalNumber { get; }
}
