namespace Blueprint.Decomposition;

/// <summary>
/// Arranges the nodes of a drawing in layers, callers above callees. A link over several layers gets a waypoint in each of them, so that no
/// line crosses a box. The same input gives the same drawing.
/// </summary>
internal sealed class Layering
{
    private const int Sweeps = 8;

    private readonly List<List<string>> layers = [];
    private readonly Dictionary<string, int> layerOf = new(StringComparer.Ordinal);

    private Layering() { }

    public IReadOnlyList<IReadOnlyList<string>> Layers => layers;

    /// <summary>The nodes and waypoints of each link from the upper end to the lower one.</summary>
    public IReadOnlyList<(Link Link, IReadOnlyList<string> Path)> Paths { get; private set; } = [];

    public static Layering Of(IReadOnlyList<string> nodes, IReadOnlyList<Link> links)
    {
        var layering = new Layering();
        var forward = Forward(nodes, links);
        foreach (var node in nodes)
        {
            layering.Place(node, forward, []);
        }
        for (var i = 0; i <= layering.layerOf.Values.DefaultIfEmpty().Max(); i++)
        {
            layering.layers.Add([.. nodes.Where(node => layering.layerOf[node] == i)]);
        }
        layering.Paths = [.. links.Select(layering.Route)];
        layering.Order();
        return layering;
    }

    /// <summary>The links as arcs from caller to callee, without those that would close a circle.</summary>
    private static ILookup<string, string> Forward(IReadOnlyList<string> nodes, IReadOnlyList<Link> links)
    {
        var arcs = new List<(string From, string To)>();
        // Calls first: a consumer of events is placed by its calls.
        foreach (var link in links.OrderBy(link => link.ByEvents))
        {
            arcs.Add((link.From, link.To));
            if (Circle.Find(nodes, arcs) is not null)
            {
                arcs.RemoveAt(arcs.Count - 1);
            }
        }
        return arcs.ToLookup(arc => arc.To, arc => arc.From, StringComparer.Ordinal);
    }

    private int Place(string node, ILookup<string, string> callers, HashSet<string> above)
    {
        if (!layerOf.TryGetValue(node, out var layer))
        {
            above.Add(node);
            layer = callers[node]
                .Where(caller => !above.Contains(caller))
                .Select(caller => Place(caller, callers, above) + 1)
                .DefaultIfEmpty(0)
                .Max();
            above.Remove(node);
            layerOf[node] = layer;
        }
        return layer;
    }

    private (Link, IReadOnlyList<string>) Route(Link link, int index)
    {
        var (upper, lower) = layerOf[link.From] < layerOf[link.To] ? (link.From, link.To) : (link.To, link.From);
        var path = new List<string> { upper };
        for (var layer = layerOf[upper] + 1; layer < layerOf[lower]; layer++)
        {
            var waypoint = $"\0{index}.{layer}";
            layers[layer].Add(waypoint);
            path.Add(waypoint);
        }
        path.Add(lower);
        return (link, path);
    }

    /// <summary>Sorts each layer by the mean position of its neighbours, downwards and upwards in turn, so that few lines cross.</summary>
    private void Order()
    {
        var steps = Paths.SelectMany(path => path.Path.Zip(path.Path.Skip(1))).ToList();
        var above = steps.ToLookup(step => step.Second, step => step.First, StringComparer.Ordinal);
        var below = steps.ToLookup(step => step.First, step => step.Second, StringComparer.Ordinal);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var down = sweep % 2 == 0;
            for (var i = 1; i < layers.Count; i++)
            {
                var (layer, fixedLayer) = down ? (layers[i], layers[i - 1]) : (layers[^(i + 1)], layers[^i]);
                var neighbours = down ? above : below;
                var sorted = layer
                    .Select(
                        (node, at) =>
                            (
                                node,
                                key: neighbours[node]
                                    .Select(one => (double)fixedLayer.IndexOf(one) / fixedLayer.Count)
                                    .DefaultIfEmpty((double)at / layer.Count)
                                    .Average()
                            )
                    )
                    .OrderBy(one => one.key)
                    .Select(one => one.node)
                    .ToList();
                layer.Clear();
                layer.AddRange(sorted);
            }
        }
    }
}
