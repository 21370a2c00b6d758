using Sidecar.Yaml;

namespace Blueprint.Decomposition;

/// <summary>Reads fields that must be given, and reports them with the values they may have.</summary>
internal static class Fields
{
    public static int Required(YamlMap? map, string key, int least, int most)
    {
        if (map is null)
        {
            return 0;
        }
        if (!map.Has(key))
        {
            map.Report(key, $"'{key}' is missing: a whole number from {least} to {most}");
        }
        if (map.Number(key) is not { } number)
        {
            return 0;
        }
        if (number < least || number > most)
        {
            map.Report(key, $"'{key}' must be from {least} to {most}, not {number}");
        }
        return number;
    }

    public static bool Required(YamlMap? map, string key)
    {
        if (map is not null && !map.Has(key))
        {
            map.Report(key, $"'{key}' is missing: true or false");
        }
        return map?.Flag(key) ?? false;
    }

    public static string Level(YamlMap map, string key)
    {
        var text = map.Text(key);
        if (text is not ("high" or "medium" or "low"))
        {
            map.Report(
                key,
                text is null ? $"'{key}' is missing: high, medium or low" : $"'{key}' must be high, medium or low, not '{text}'"
            );
        }
        return text ?? "low";
    }
}
