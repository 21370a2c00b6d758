using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sidecar.Yaml;

/// <summary>Removes the earlier ones of duplicate keys from the parsing events, which YamlDotNet's own model refuses.</summary>
internal sealed class LastKeyParser : IParser
{
    private readonly List<ParsingEvent> events = [];
    private int at = -1;

    private LastKeyParser() { }

    public ParsingEvent? Current => at >= 0 && at < events.Count ? events[at] : null;

    /// <param name="dropped">Called with each key that is left out.</param>
    public static LastKeyParser Over(IParser source, Action<(string Name, int Line)> dropped)
    {
        var all = new List<ParsingEvent>();
        while (source.MoveNext())
        {
            all.Add(source.Current!);
        }
        var parser = new LastKeyParser();
        for (var next = 0; next < all.Count; )
        {
            next = parser.Copy(all, next, dropped);
        }
        return parser;
    }

    public bool MoveNext() => ++at < events.Count;

    /// <summary>Copies the node at <paramref name="from"/>, or the single event; returns the index behind it.</summary>
    private int Copy(List<ParsingEvent> all, int from, Action<(string, int)> dropped)
    {
        if (all[from] is not MappingStart)
        {
            events.Add(all[from]);
            if (all[from] is not SequenceStart)
            {
                return from + 1;
            }
            var item = from + 1;
            while (all[item] is not SequenceEnd)
            {
                item = Copy(all, item, dropped);
            }
            events.Add(all[item]);
            return item + 1;
        }
        events.Add(all[from]);
        var pairs = new List<(int Key, int Value)>();
        var next = from + 1;
        while (all[next] is not MappingEnd)
        {
            var value = End(all, next);
            pairs.Add((next, value));
            next = End(all, value);
        }
        for (var i = 0; i < pairs.Count; i++)
        {
            var (key, value) = pairs[i];
            if (all[key] is Scalar name && pairs.Skip(i + 1).Any(later => all[later.Key] is Scalar other && other.Value == name.Value))
            {
                dropped((name.Value, (int)name.Start.Line));
                continue;
            }
            Copy(all, key, dropped);
            Copy(all, value, dropped);
        }
        events.Add(all[next]);
        return next + 1;
    }

    /// <summary>The index behind the node at <paramref name="from"/>.</summary>
    private static int End(List<ParsingEvent> all, int from)
    {
        var depth = 0;
        do
        {
            depth += all[from++].NestingIncrease;
        } while (depth > 0);
        return from;
    }
}
