using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Yaml;

/// <summary>
/// A mapping that is read strictly: every read marks its key as known, wrong kinds are reported with their line, and <see
/// cref="WarnOfUnknownKeys"/> reports the other keys.
/// </summary>
internal sealed class YamlMap(string file, YamlMappingNode node, List<YamlProblem> problems)
{
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);

    public string File => file;

    public int Line => (int)node.Start.Line;

    /// <summary>Its content without comments and layout: equal texts have equal meanings.</summary>
    public string Content
    {
        get
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            new YamlStream(new YamlDocument(node)).Save(text, assignAnchors: false);
            return text.ToString();
        }
    }

    public IEnumerable<string> Keys => node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "");

    public bool Has(string key) => Find(key) is not null;

    public int LineOf(string key) => Find(key) is { } value ? (int)value.Start.Line : Line;

    /// <summary>The line of an item of the list <paramref name="key"/>; the line of the list if the item is not in it.</summary>
    public int LineOf(string key, string item) =>
        Find(key) is YamlSequenceNode list && list.Children.OfType<YamlScalarNode>().FirstOrDefault(one => one.Value == item) is { } found
            ? (int)found.Start.Line
            : LineOf(key);

    public string? Text(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlScalarNode scalar:
                return IsNull(scalar) ? null : scalar.Value;
            case var other:
                Report(other, $"'{key}' must be a single value");
                return null;
        }
    }

    public string? RequiredText(string key, string what)
    {
        var text = Text(key);
        if (string.IsNullOrEmpty(text))
        {
            Report(node, $"'{key}' is missing: {what}");
            return null;
        }
        return text;
    }

    public int? Number(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }
        Report(Find(key)!, $"'{key}' must be a whole number, not '{text}'");
        return null;
    }

    public bool? Flag(string key)
    {
        switch (Text(key))
        {
            case null:
                return null;
            case "true" or "True" or "TRUE":
                return true;
            case "false" or "False" or "FALSE":
                return false;
            case var text:
                Report(Find(key)!, $"'{key}' must be true or false, not '{text}'");
                return null;
        }
    }

    public YamlMap? Map(string key)
    {
        switch (Find(key))
        {
            case null:
            case YamlScalarNode scalar when IsEmpty(scalar):
                return null;
            case YamlMappingNode map:
                return new YamlMap(file, map, problems);
            case var other:
                Report(other, $"'{key}' must be a block of 'name: value' lines");
                return null;
        }
    }

    public IReadOnlyList<YamlMap> Maps(string key) =>
        [
            .. Items(key)
                .Select(item =>
                {
                    if (item is YamlMappingNode map)
                    {
                        return new YamlMap(file, map, problems);
                    }
                    Report(item, $"each item of '{key}' must be a block of 'name: value' lines");
                    return null;
                })
                .OfType<YamlMap>(),
        ];

    public IReadOnlyList<string> Texts(string key) =>
        [
            .. Items(key)
                .Select(item =>
                {
                    if (item is YamlScalarNode { Value: { } text })
                    {
                        return text;
                    }
                    Report(item, $"each item of '{key}' must be a single value");
                    return null;
                })
                .OfType<string>(),
        ];

    /// <summary>The entries of a free map of texts, such as <c>env</c> or a metadata block.</summary>
    public IReadOnlyDictionary<string, string> TextMap(string key)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Map(key) is { } map)
        {
            foreach (var name in map.Keys)
            {
                texts[name] = map.Text(name) ?? "";
            }
        }
        return texts;
    }

    /// <summary>Marks keys as known that have no effect here.</summary>
    public void Accept(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            known.Add(key);
        }
    }

    public void WarnOfUnknownKeys()
    {
        foreach (var key in node.Children.Keys.OfType<YamlScalarNode>())
        {
            if (!known.Contains(key.Value ?? ""))
            {
                problems.Add(
                    new YamlProblem(
                        file,
                        (int)key.Start.Line,
                        $"'{key.Value}' is not known here; known are: {string.Join(", ", known.Order(StringComparer.Ordinal))}",
                        Severity.IgnoredField
                    )
                );
            }
        }
    }

    /// <summary>Reports a mistake that daprd ignores.</summary>
    public void Warn(string key, string message) => problems.Add(new YamlProblem(file, LineOf(key), message, Severity.IgnoredField));

    public void Report(string key, string message) => problems.Add(new YamlProblem(file, LineOf(key), message));

    private void Report(YamlNode where, string message) => problems.Add(new YamlProblem(file, (int)where.Start.Line, message));

    private IEnumerable<YamlNode> Items(string key)
    {
        switch (Find(key))
        {
            case null:
            case YamlScalarNode scalar when IsEmpty(scalar):
                return [];
            case YamlSequenceNode list:
                return list.Children;
            case var other:
                Report(other, $"'{key}' must be a list");
                return [];
        }
    }

    private YamlNode? Find(string key)
    {
        known.Add(key);
        return node.Children.TryGetValue(new YamlScalarNode(key), out var value)
            ? value
            // daprd reads names of fields in any case ("Kind: Subscription").
            : node
                .Children.FirstOrDefault(child =>
                    child.Key is YamlScalarNode other && key.Equals(other.Value, StringComparison.OrdinalIgnoreCase)
                )
                .Value;
    }

    private static bool IsEmpty(YamlScalarNode scalar) => string.IsNullOrEmpty(scalar.Value) || IsNull(scalar);

    private static bool IsNull(YamlScalarNode scalar) => scalar.Style == ScalarStyle.Plain && scalar.Value is null or "~" or "null";
}
