using System.Text.Json.Nodes;

namespace Sidecar.Cel;

/// <summary>Maps: a JSON object, read only where a rule looks, or the entries of a literal.</summary>
internal static class CelMaps
{
    public static object Create(List<(CelNode Key, CelNode Value)> entries, CelScope scope)
    {
        var map = new Dictionary<object, object?>();
        foreach (var (keyNode, valueNode) in entries)
        {
            var (key, value) = (keyNode.Evaluate(scope), valueNode.Evaluate(scope));
            if (key is CelError || value is CelError)
            {
                return key as CelError ?? value!;
            }
            if (key is null or byte[])
            {
                return new CelError($"unsupported key type: {CelValues.TypeName(key)}");
            }
            map[key] = value;
        }
        return map;
    }

    /// <summary>Null if <paramref name="value"/> is no map.</summary>
    public static object?[]? Keys(object value) =>
        value switch
        {
            JsonObject json => [.. json.Select(entry => entry.Key)],
            Dictionary<object, object?> map => [.. map.Keys],
            _ => null,
        };

    public static bool IsMap(object? value) => value is JsonObject or Dictionary<object, object?>;

    public static bool TryGet(object map, object? key, out object? value)
    {
        value = null;
        if (map is JsonObject json)
        {
            var found = json.TryGetPropertyValue(key as string ?? "", out var node) && key is string;
            value = found ? CelValues.From(node) : null;
            return found;
        }
        var entries = (Dictionary<object, object?>)map;
        return key is not null
            && (
                entries.TryGetValue(key, out value)
                || key switch
                {
                    long and >= 0 => entries.TryGetValue((ulong)(long)key, out value),
                    ulong and <= long.MaxValue => entries.TryGetValue((long)(ulong)key, out value),
                    double number when number == Math.Truncate(number) => (
                        CelConversions.ToInt(key) is long whole && entries.TryGetValue(whole, out value)
                    ) || (CelConversions.ToUint(key) is ulong natural && entries.TryGetValue(natural, out value)),
                    _ => false,
                }
            );
    }

    public static object? Select(object? target, string name) =>
        target is CelError ? target
        : !IsMap(target) ? new CelError($"type {CelValues.TypeName(target)} has no field '{name}'")
        : TryGet(target!, name, out var value) ? value
        : new CelError($"no such key: {name}");

    /// <summary>A scalar has no field; only a list is an error.</summary>
    public static object? Has(object? target, string name) =>
        target switch
        {
            CelError => target,
            object?[] => CelError.NoOverload("has"),
            _ => CelValues.Box(IsMap(target) && TryGet(target!, name, out _)),
        };
}
