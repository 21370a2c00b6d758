using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecar.Cel;

/// <summary>CEL values in .NET terms: null, bool, long, double, string, list, dictionary.</summary>
internal static class CelValue
{
    public static object? From(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => map.ToDictionary(item => item.Key, item => From(item.Value), StringComparer.Ordinal),
        JsonArray list => list.Select(From).ToList(),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => value.GetValue<string>(),
            // JSON numbers are doubles in CEL; comparison with whole numbers works across the two.
            JsonValueKind.Number => double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture),
            _ => null,
        },
        _ => null,
    };

    public static object? Field(object? target, string name) => target switch
    {
        IDictionary<string, object?> map when map.TryGetValue(name, out var value) => value,
        IDictionary<string, object?> => throw new CelException($"no such key: {name}"),
        _ => throw new CelException($"no such field: {name}"),
    };

    public static object? Index(object? target, object? index) => (target, index) switch
    {
        (IDictionary<string, object?>, string name) => Field(target, name),
        (IList list, long or double) when Convert.ToInt64(index) is var at && at >= 0 && at < list.Count => list[(int)at],
        (IList, long or double) => throw new CelException($"index out of bounds: {index}"),
        _ => throw new CelException("no such overload for an index"),
    };

    public static bool Truth(object? value) => value is bool truth ? truth : throw new CelException("expected true or false");

    public new static bool Equals(object? left, object? right) => (left, right) switch
    {
        (null, null) => true,
        (long or double, long or double) => Convert.ToDouble(left) == Convert.ToDouble(right),
        (IDictionary<string, object?> a, IDictionary<string, object?> b) => a.Count == b.Count && a.All(item => b.TryGetValue(item.Key, out var other) && Equals(item.Value, other)),
        (IList a, IList b) => a.Count == b.Count && a.Cast<object?>().Zip(b.Cast<object?>()).All(pair => Equals(pair.First, pair.Second)),
        _ => object.Equals(left, right),
    };

    public static int Compare(object? left, object? right) => (left, right) switch
    {
        (long a, long b) => a.CompareTo(b),
        (long or double, long or double) => Convert.ToDouble(left).CompareTo(Convert.ToDouble(right)),
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        _ => throw new CelException("no such overload for a comparison"),
    };

    public static bool In(object? item, object? container) => container switch
    {
        IDictionary<string, object?> map => item is string name && map.ContainsKey(name),
        IList list => list.Cast<object?>().Any(other => Equals(item, other)),
        _ => throw new CelException("no such overload for 'in'"),
    };

    public static object Arithmetic(string op, object? left, object? right) => (op, left, right) switch
    {
        ("+", string a, string b) => a + b,
        ("+", IList a, IList b) => a.Cast<object?>().Concat(b.Cast<object?>()).ToList(),
        ("+", long a, long b) => checked(a + b),
        ("-", long a, long b) => checked(a - b),
        ("*", long a, long b) => checked(a * b),
        ("/" or "%", long, long b) when b == 0 => throw new CelException("division by zero"),
        ("/", long a, long b) => a / b,
        ("%", long a, long b) => a % b,
        // Whole and real numbers compare, but do not mix in sums: event.data.n * 2 fails in CEL, event.data.n * 2.0 does not.
        ("+", double a, double b) => a + b,
        ("-", double a, double b) => a - b,
        ("*", double a, double b) => a * b,
        ("/", double a, double b) => a / b,
        _ => throw new CelException($"no such overload for '{op}'"),
    };
}
