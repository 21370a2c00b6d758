using System.Globalization;

namespace ConsoleComponents.Formats;

/// <summary>
/// Amounts in minor units as people read and write them, with the currency's code. Written the same in every language: the process
/// runs without culture data, and a code leaves no doubt which dollar is meant.
/// </summary>
public static class Money
{
    private const int UsualDigits = 2;

    /// <summary>Currencies whose minor unit is not a hundredth. Source: ISO 4217.</summary>
    private static readonly Dictionary<string, int> Digits = new(StringComparer.OrdinalIgnoreCase)
    {
        ["JPY"] = 0,
        ["KRW"] = 0,
        ["VND"] = 0,
        ["CLP"] = 0,
        ["ISK"] = 0,
        ["BHD"] = 3,
        ["JOD"] = 3,
        ["KWD"] = 3,
        ["OMR"] = 3,
        ["TND"] = 3,
    };

    public static string Format(long minor, string currency) => $"{Amount(minor, currency)} {currency}";

    /// <summary>Without the currency, for an input whose label names it.</summary>
    public static string Plain(long minor, string currency) =>
        Shift(minor, currency).ToString($"F{DigitsOf(currency)}", CultureInfo.InvariantCulture);

    /// <summary>Null if the text is no amount, or has more decimals than the currency.</summary>
    public static long? Parse(string? text, string currency)
    {
        if (
            !decimal.TryParse(
                text,
                NumberStyles.AllowDecimalPoint
                    | NumberStyles.AllowThousands
                    | NumberStyles.AllowLeadingWhite
                    | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture,
                out var amount
            )
            || amount > long.MaxValue / 1000m
        )
        {
            return null;
        }
        var minor = amount * Scale(currency);
        return minor == decimal.Truncate(minor) ? (long)minor : null;
    }

    private static string Amount(long minor, string currency) =>
        Shift(minor, currency).ToString($"N{DigitsOf(currency)}", CultureInfo.InvariantCulture);

    private static decimal Shift(long minor, string currency) => minor / Scale(currency);

    private static decimal Scale(string currency) =>
        DigitsOf(currency) switch
        {
            0 => 1m,
            3 => 1000m,
            _ => 100m,
        };

    private static int DigitsOf(string currency) => Digits.GetValueOrDefault(currency, UsualDigits);
}
