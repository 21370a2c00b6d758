using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sidecar.Go;

/// <summary>
/// Formats values as Go prints them (<c>map[n:1]</c>): in events of an outbox that are not declared as JSON, and in errors.
/// </summary>
internal static class GoFormat
{
    public static string Print(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => $"map[{string.Join(' ', Members(value).Select(member => $"{member.Key}:{Print(member.Value)}"))}]",
            JsonValueKind.Array => $"[{string.Join(' ', value.EnumerateArray().Select(Print))}]",
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => Number(value.GetDouble()),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => "<nil>",
        };

    /// <summary>The name of the type as which Go holds a JSON value.</summary>
    public static string TypeOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "map[string]interface {}",
            JsonValueKind.Array => "[]interface {}",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "float64",
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => "<nil>",
        };

    /// <summary>A text in quotes, as Go's <c>%q</c> prints it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\a' => quoted.Append(@"\a"),
                '\b' => quoted.Append(@"\b"),
                '\f' => quoted.Append(@"\f"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                '\v' => quoted.Append(@"\v"),
                < ' ' or '\x7f' => quoted.Append(CultureInfo.InvariantCulture, $@"\x{(int)c:x2}"),
                _ => quoted.Append(c),
            };
        }
        return quoted.Append('"').ToString();
    }

    private static SortedDictionary<string, JsonElement> Members(JsonElement value)
    {
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }
        return members;
    }

    /// <summary>An exponent of two digits from 1e21 on and below 1e-4.</summary>
    private static string Number(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        if (Math.Abs(number) is 0 or (>= 1e-4 and < 1e21))
        {
            return text.Contains('E', StringComparison.Ordinal) ? ((decimal)number).ToString(CultureInfo.InvariantCulture) : text;
        }
        if (double.IsInfinity(number))
        {
            return number > 0 ? "+Inf" : "-Inf";
        }
        var parts = text.Split('E');
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return $"{parts[0]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }
}
