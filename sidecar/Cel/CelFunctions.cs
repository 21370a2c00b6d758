using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Sidecar.Cel;

/// <summary>The functions of CEL's standard library that rules use. A method call passes its target as the first argument.</summary>
internal static class CelFunctions
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    public static object? Call(string name, IReadOnlyList<object?> arguments) => (name, arguments) switch
    {
        ("size", [string text]) => (long)text.Length,
        ("size", [ICollection items]) => (long)items.Count,
        ("startsWith", [string text, string start]) => text.StartsWith(start, StringComparison.Ordinal),
        ("endsWith", [string text, string end]) => text.EndsWith(end, StringComparison.Ordinal),
        ("contains", [string text, string part]) => text.Contains(part, StringComparison.Ordinal),
        ("matches", [string text, string pattern]) => Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, MatchLimit),
        ("lowerAscii", [string text]) => text.ToLowerInvariant(),
        ("upperAscii", [string text]) => text.ToUpperInvariant(),
        ("int", [string text]) when long.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        ("int", [long or double]) => Convert.ToInt64(arguments[0], CultureInfo.InvariantCulture),
        ("double", [string text]) when double.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        ("double", [long or double]) => Convert.ToDouble(arguments[0], CultureInfo.InvariantCulture),
        ("string", [string text]) => text,
        ("string", [bool truth]) => truth ? "true" : "false",
        ("string", [long or double]) => Convert.ToString(arguments[0], CultureInfo.InvariantCulture),
        ("bool", [bool truth]) => truth,
        ("bool", [string text]) when bool.TryParse(text, out var truth) => truth,
        _ => throw new CelException($"no such overload for function '{name}'"),
    };
}
