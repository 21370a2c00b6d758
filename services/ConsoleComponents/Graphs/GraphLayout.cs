using System.Globalization;

namespace ConsoleComponents.Graphs;

/// <summary>Places the nodes of a column evenly over the height, and bends the edges between them.</summary>
public sealed class GraphLayout
{
    public const int NodeWidth = 116;
    public const int NodeHeight = 38;

    private const int ColumnWidth = 190;
    private const int RowHeight = 74;
    private const int Margin = 14;

    private readonly Dictionary<string, (double X, double Y)> places = new(StringComparer.Ordinal);

    public GraphLayout(Graph graph)
    {
        var columns = graph.Nodes.GroupBy(node => node.Column).OrderBy(column => column.Key).Select(column => column.ToList()).ToList();
        (Width, Height) = (
            (columns.Count * ColumnWidth) - (ColumnWidth - NodeWidth) + (2 * Margin),
            (columns.Select(column => column.Count).DefaultIfEmpty(0).Max() * RowHeight) + (2 * Margin)
        );
        foreach (var (index, column) in columns.Index())
        {
            var step = (Height - (2.0 * Margin)) / column.Count;
            foreach (var (row, node) in column.Index())
            {
                places[node.Id] = (Margin + (index * ColumnWidth), Margin + (step * (row + 0.5)) - (NodeHeight / 2.0));
            }
        }
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The upper left corner.</summary>
    public (double X, double Y) PlaceOf(string id) => places[id];

    /// <summary>An SVG path: out on the right and in on the left, or the other way round for an edge that leads back.</summary>
    public string PathOf(GraphEdge edge)
    {
        var (from, to) = (places[edge.From], places[edge.To]);
        var forward = to.X >= from.X + NodeWidth;
        var (x1, y1) = (from.X + (forward ? NodeWidth : 0), from.Y + (NodeHeight / 2.0));
        var (x2, y2) = (to.X + (forward ? 0 : NodeWidth), to.Y + (NodeHeight / 2.0));
        var bend = forward ? Math.Max(30, (x2 - x1) / 2) : Math.Min(-30, (x2 - x1) / 2);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"M{x1:0.#},{y1:0.#} C{x1 + bend:0.#},{y1:0.#} {x2 - bend:0.#},{y2:0.#} {x2:0.#},{y2:0.#}"
        );
    }
}
