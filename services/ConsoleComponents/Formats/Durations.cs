using System.Globalization;
using ConsoleComponents.Languages;

namespace ConsoleComponents.Formats;

public static class Durations
{
    /// <summary>A measured time: milliseconds below a second, else seconds with two decimals.</summary>
    public static string Measured(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");

    /// <summary>An age, in the largest unit that fits.</summary>
    public static string Age(TimeSpan age, Localizer text) =>
        age switch
        {
            { TotalSeconds: < 1 } => text[CommonPhrases.Now],
            { TotalMinutes: < 1 } => text[CommonPhrases.SecondsOld, (int)age.TotalSeconds],
            { TotalHours: < 1 } => text[CommonPhrases.MinutesOld, (int)age.TotalMinutes],
            { TotalDays: < 1 } => text[CommonPhrases.HoursOld, (int)age.TotalHours],
            _ => text[CommonPhrases.DaysOld, (int)age.TotalDays],
        };
}
