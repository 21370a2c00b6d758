using System.Globalization;
using System.Text.Json;

namespace Sidecar.Go;

/// <summary>Formats values as Go prints them (<c>map[n:1]</c>), for an outbox event whose value is not declared as JSON.</summary>
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
        var parts = text.Split('E');
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return $"{parts[0]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }
}
