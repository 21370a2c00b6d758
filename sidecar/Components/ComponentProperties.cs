using System.Globalization;
using System.Numerics;
using Sidecar.Go;
using Sidecar.Resources;
using Sidecar.Yaml;

namespace Sidecar.Components;

/// <summary>
/// The resolved metadata of one component. Names match without regard to case, as in Dapr. Drivers read the values they support; an invalid
/// value becomes a problem with its line.
/// </summary>
internal sealed class ComponentProperties(Component component, IReadOnlyDictionary<string, string> values, List<YamlProblem> problems)
{
    private readonly Dictionary<string, string> values = new(values, StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);

    public Component Component => component;

    public string? Text(params ReadOnlySpan<string> names)
    {
        string? found = null;
        foreach (var name in names)
        {
            known.Add(name);
            if (found is null && values.TryGetValue(name, out var value))
            {
                found = value;
            }
        }
        return found;
    }

    /// <summary>Marks metadata as known that has no effect here.</summary>
    public void Accept(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            known.Add(name);
        }
    }

    public string Required(string name, string example)
    {
        if (Text(name) is { Length: > 0 } value)
        {
            return value;
        }
        Report(name, $"component '{component.Name}' ({component.Type}) needs metadata '{name}', for example {example}");
        return "";
    }

    public bool Flag(string name, bool fallback = false) => Text(name) is { Length: > 0 } text ? BooleanText.Of(text) : fallback;

    public int Number(string name, int fallback) => Whole<int>(name, fallback);

    /// <summary>Like <see cref="Number(string, int)"/>, for sizes that exceed 2 GiB.</summary>
    public long LongNumber(string name, long fallback) => Whole<long>(name, fallback);

    /// <summary>A Go duration such as <c>1h30m</c> or <c>500ms</c>; a bare number counts seconds.</summary>
    public TimeSpan Duration(string name, TimeSpan fallback)
    {
        if (Text(name) is not { Length: > 0 } text)
        {
            return fallback;
        }
        if (GoDuration.TryParse(text, out var duration))
        {
            return duration;
        }
        Report(name, $"metadata '{name}' must be a duration such as 30s or 1h, not '{text}'");
        return fallback;
    }

    /// <summary>Reports metadata that the driver has not read: a misspelt name would otherwise silently use the default.</summary>
    public IEnumerable<YamlProblem> Unknown() =>
        component
            .Metadata.Where(item => !known.Contains(item.Name))
            .Select(item => new YamlProblem(
                component.File,
                item.Line,
                $"{component.Type} has no metadata '{item.Name}'; known are: "
                    + string.Join(", ", known.Order(StringComparer.OrdinalIgnoreCase)),
                Severity.IgnoredField
            ));

    /// <summary>Adds a warning about the component, which <c>--strict</c> makes an error.</summary>
    public void Warn(string message) => problems.Add(new YamlProblem(component.File, component.Line, message, Severity.IgnoredField));

    public void Report(string name, string message) =>
        problems.Add(
            new YamlProblem(
                component.File,
                component.Metadata.FirstOrDefault(item => item.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Line
                    ?? component.Line,
                message
            )
        );

    private T Whole<T>(string name, T fallback)
        where T : struct, IBinaryInteger<T>
    {
        if (Text(name) is not { Length: > 0 } text)
        {
            return fallback;
        }
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }
        Report(name, $"metadata '{name}' must be a whole number, not '{text}'");
        return fallback;
    }
}
