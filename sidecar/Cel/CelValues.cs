using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecar.Cel;

/// <summary>
/// CEL values in .NET types: null, bool, long, ulong, double, string, byte[], object?[] for lists, a map (<see cref="CelMaps"/>),
/// DateTimeOffset, <see cref="CelDuration"/>, <see cref="CelTypeValue"/>, and <see cref="CelError"/>.
/// </summary>
internal static class CelValues
{
    private static readonly object True = true;
    private static readonly object False = false;

    public static object Box(bool value) => value ? True : False;

    public static object? From(JsonNode? node) =>
        node switch
        {
            JsonArray array => array.Select(From).ToArray(),
            JsonValue value => value.GetValueKind() switch
            {
                JsonValueKind.True => True,
                JsonValueKind.False => False,
                JsonValueKind.String => value.GetValue<string>(),
                // Each JSON number is a double, as Go decodes it.
                JsonValueKind.Number => value.TryGetValue<double>(out var number)
                    ? number
                    : double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture),
                _ => null,
            },
            _ => node,
        };

    public static string TypeName(object? value) =>
        value switch
        {
            null => "null_type",
            bool => "bool",
            long => "int",
            ulong => "uint",
            double => "double",
            string => "string",
            byte[] => "bytes",
            object?[] => "list",
            DateTimeOffset => "google.protobuf.Timestamp",
            CelDuration => "google.protobuf.Duration",
            CelTypeValue => "type",
            _ => "map",
        };

    /// <summary>Values of different types are not equal; numbers are compared by value.</summary>
    public static bool AreEqual(object? left, object? right) =>
        (left, right) switch
        {
            (long or ulong or double, long or ulong or double) => CompareNumbers(left, right) == 0,
            (object?[] a, object?[] b) => a.Length == b.Length && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
            (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
            _ when CelMaps.IsMap(left) && CelMaps.IsMap(right) => AreEqualMaps(left!, right!),
            _ => Equals(left, right),
        };

    /// <summary>Null if the two have no order.</summary>
    public static int? Compare(object? left, object? right) =>
        (left, right) switch
        {
            (long or ulong or double, long or ulong or double) => CompareNumbers(left, right),
            (string a, string b) => CompareText(a, b),
            (bool a, bool b) => a.CompareTo(b),
            (byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
            (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
            (CelDuration a, CelDuration b) => a.Nanoseconds.CompareTo(b.Nanoseconds),
            _ => null,
        };

    private static bool AreEqualMaps(object left, object right)
    {
        var keys = CelMaps.Keys(left)!;
        return keys.Length == CelMaps.Keys(right)!.Length
            && keys.All(key =>
                CelMaps.TryGet(left, key, out var value) && CelMaps.TryGet(right, key, out var other) && AreEqual(value, other)
            );
    }

    /// <summary>Returns null for NaN, which equals nothing and has no order.</summary>
    private static int? CompareNumbers(object left, object right) =>
        (left, right) switch
        {
            (double a, double b) => CompareDoubles(a, b),
            (double a, long b) => CompareDoubles(a, b),
            (double a, ulong b) => CompareDoubles(a, b),
            (_, double) => -CompareNumbers(right, left),
            (long a, long b) => a.CompareTo(b),
            (long a, ulong b) => a < 0 ? -1 : ((ulong)a).CompareTo(b),
            (ulong, long) => -CompareNumbers(right, left),
            _ => ((ulong)left).CompareTo((ulong)right),
        };

    private static int? CompareDoubles(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? null
        : left < right ? -1
        : left > right ? 1
        : 0;

    /// <summary>Compares by code point, as Go compares UTF-8. An ordinal comparison in .NET sorts U+E000 and above after emoji.</summary>
    private static int CompareText(string left, string right)
    {
        var length = left.AsSpan().CommonPrefixLength(right);
        return length == left.Length || length == right.Length ? left.Length.CompareTo(right.Length)
            : char.IsSurrogate(left[length]) != char.IsSurrogate(right[length])
                ? char.IsSurrogate(left[length]).CompareTo(char.IsSurrogate(right[length]))
            : left[length].CompareTo(right[length]);
    }
}

/// <summary>A type as a value, as <c>type()</c> returns it.</summary>
internal sealed record CelTypeValue(string Name);
