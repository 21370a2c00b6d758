using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sidecar.Go;

/// <summary>
/// Rewrites JSON as daprd stores it: sorted names, no duplicates, numbers as doubles, markup escaped. Callers that compare bytes would see
/// any difference.
/// </summary>
internal static class GoJson
{
    /// <exception cref="FormatException">A number is too large for a double; the message is Go's.</exception>
    /// <param name="field">Go's name of the field that the value is read into, for that message; null for a value of its own.</param>
    /// <param name="exact">Keeps numbers as they are written, for decimals of a database.</param>
    public static ReadOnlyMemory<byte> Encode(JsonElement value, string? field = null, bool exact = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            Write(buffer, value, exact);
        }
        catch (OverflowException e)
        {
            var target = field is null ? "value" : $"struct field {field}";
            throw new FormatException($"json: cannot unmarshal number {e.Message} into Go {target} of type float64", e);
        }
        return buffer.WrittenMemory;
    }

    /// <summary>The text decoded and encoded as Go does; <c>null</c> if it is not exactly one JSON value.</summary>
    public static ReadOnlyMemory<byte> EncodeAgain(ReadOnlySpan<byte> text)
    {
        try
        {
            using var value = JsonDocument.Parse(GoJsonText.Repair(text), new JsonDocumentOptions { MaxDepth = GoJsonScanner.MaxDepth });
            return Encode(value.RootElement);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return "null"u8.ToArray();
        }
    }

    private static void Write(ArrayBufferWriter<byte> to, JsonElement value, bool exact)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(to, value, exact);
                break;
            case JsonValueKind.Array:
                to.Write("["u8);
                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    to.Write(index > 0 ? ","u8 : []);
                    Write(to, item, exact);
                }
                to.Write("]"u8);
                break;
            case JsonValueKind.String:
                WriteText(to, value.GetString()!);
                break;
            case JsonValueKind.Number:
                to.Write(Encoding.ASCII.GetBytes(exact ? value.GetRawText() : Number(value)));
                break;
            default:
                to.Write(Encoding.ASCII.GetBytes(value.GetRawText()));
                break;
        }
    }

    private static void WriteObject(ArrayBufferWriter<byte> to, JsonElement value, bool exact)
    {
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }
        to.Write("{"u8);
        var first = true;
        foreach (var (name, member) in members)
        {
            to.Write(first ? [] : ","u8);
            first = false;
            WriteText(to, name);
            to.Write(":"u8);
            Write(to, member, exact);
        }
        to.Write("}"u8);
    }

    private static void WriteText(ArrayBufferWriter<byte> to, string text)
    {
        to.Write("\""u8);
        to.Write(Encoding.UTF8.GetBytes(GoJsonEncoder.Instance.Encode(text)));
        to.Write("\""u8);
    }

    private static string Number(JsonElement value)
    {
        var raw = value.GetRawText();
        if (raw.Length < 16 && raw.AsSpan(raw[0] == '-' ? 1 : 0).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            return raw; // a whole number that a double holds exactly
        }
        var number = value.GetDouble();
        return double.IsInfinity(number) ? throw new OverflowException(raw) : Layout(number);
    }

    /// <summary>The fewest digits that give the same double again; an exponent only below 1e-6 and from 1e21 on.</summary>
    private static string Layout(double number)
    {
        var shortest = number.ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 0; digits < 17; digits++)
        {
            var candidate = number.ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) == number)
            {
                shortest = candidate;
                break;
            }
        }
        var sign = shortest[0] == '-' ? "-" : "";
        var parts = shortest.TrimStart('-').Split('E');
        var mantissa = parts[0].Replace(".", "", StringComparison.Ordinal);
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        if (number != 0 && exponent is < -6 or >= 21)
        {
            var fraction = mantissa.Length > 1 ? "." + mantissa[1..] : "";
            var power = Math.Abs(exponent).ToString(exponent < 0 ? "0" : "00", CultureInfo.InvariantCulture);
            return $"{sign}{mantissa[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{power}";
        }
        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{mantissa}";
        }
        return mantissa.Length <= exponent + 1
            ? sign + mantissa.PadRight(exponent + 1, '0')
            : $"{sign}{mantissa[..(exponent + 1)]}.{mantissa[(exponent + 1)..]}";
    }
}
