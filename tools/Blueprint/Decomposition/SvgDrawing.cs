using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Blueprint.Decomposition;

/// <summary>The dependencies between services as an SVG that follows the reader's light or dark theme.</summary>
internal static class SvgDrawing
{
    private const int CharacterWidth = 8;
    private const int LineHeight = 18;
    private const int Padding = 14;
    private const int Gap = 40;
    private const int LayerGap = 76;
    private const int Margin = 24;
    private const int LegendWidth = 320;

    /// <summary>Colours have a contrast of 4.5 or more to their ground in both themes.</summary>
    private const string Style = """
          .ground { fill: #ffffff } .box { fill: #eef4ff; stroke: #2f5ea8; stroke-width: 1.5 } .edge { fill: #f3f3f3; stroke: #595959 }
          .name { fill: #10233f; font-weight: 600 } .line { fill: #33455f } .link { fill: none; stroke: #44546a; stroke-width: 1.5 }
          .tip { fill: #44546a }
          .events { stroke-dasharray: 6 4 } text { font: 14px system-ui, sans-serif }
          @media (prefers-color-scheme: dark) {
            .ground { fill: #14181f } .box { fill: #1d2a40; stroke: #7ea6e6 } .edge { fill: #262a30; stroke: #a8a8a8 }
            .name { fill: #e8f0ff } .line { fill: #c3cede } .link { stroke: #a9b6c8 } .tip { fill: #a9b6c8 }
          }
        """;

    public static string Of(Plan plan, Wording words)
    {
        var nodes = plan.Edges.Select(edge => edge.Name).Concat(plan.Units).ToList();
        var labels = nodes.ToDictionary(node => node, node => DrawingLabels.Of(plan, node, words), StringComparer.Ordinal);
        var layering = Layering.Of(nodes, plan.Links);
        var boxes = Arrange(layering, labels, out var width, out var height);
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" "
                + $"role=\"img\" aria-label=\"{Escape($"{words.Drawing}: {plan.System}")}\">\n"
        );
        text.Append("<style>\n")
            .Append(Style.ReplaceLineEndings("\n"))
            .Append(
                "\n</style>\n<defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" "
                    + "markerHeight=\"8\" orient=\"auto-start-reverse\"><path class=\"tip\" d=\"M0 0 10 5 0 "
                    + "10z\"/></marker></defs>\n"
            );
        text.Append(CultureInfo.InvariantCulture, $"<rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n");
        var leaving = Spread(layering.Paths, path => path[0], path => path[1], boxes);
        var reaching = Spread(layering.Paths, path => path[^1], path => path[^2], boxes);
        for (var i = 0; i < layering.Paths.Count; i++)
        {
            Line(text, layering.Paths[i].Link, layering.Paths[i].Path, leaving[i], reaching[i], boxes);
        }
        foreach (var node in nodes)
        {
            Box(text, boxes[node], labels[node], plan.Edges.Any(edge => edge.Name == node));
        }
        Legend(text, words, height);
        return text.Append("</svg>\n").ToString();
    }

    private static Dictionary<string, Rectangle> Arrange(
        Layering layering,
        Dictionary<string, IReadOnlyList<string>> labels,
        out int width,
        out int height
    )
    {
        var sizes = layering
            .Layers.SelectMany(layer => layer)
            .ToDictionary(
                node => node,
                node =>
                    labels.TryGetValue(node, out var lines)
                        ? (Width: lines.Max(WidthOf) + 2 * Padding, Height: lines.Count * LineHeight + 2 * Padding)
                        : (Width: 1, Height: 1),
                StringComparer.Ordinal
            );
        width =
            Math.Max(LegendWidth, layering.Layers.Max(layer => layer.Sum(node => sizes[node].Width) + Gap * (layer.Count - 1)))
            + 2 * Margin;
        var boxes = new Dictionary<string, Rectangle>(StringComparer.Ordinal);
        var y = Margin;
        foreach (var layer in layering.Layers)
        {
            var x = (width - layer.Sum(node => sizes[node].Width) - Gap * (layer.Count - 1)) / 2;
            var tallest = layer.Max(node => sizes[node].Height);
            foreach (var node in layer)
            {
                // A waypoint is as tall as its layer: the line goes straight between the boxes.
                boxes[node] = new Rectangle(x, y, sizes[node].Width, labels.ContainsKey(node) ? sizes[node].Height : tallest);
                x += sizes[node].Width + Gap;
            }
            y += tallest + LayerGap;
        }
        height = y - LayerGap + Margin + 2 * LineHeight;
        return boxes;
    }

    /// <summary>
    /// The points where lines meet their boxes: spread over the width in the order of the other ends, so that two lines never lie on each
    /// other.
    /// </summary>
    private static int[] Spread(
        IReadOnlyList<(Link Link, IReadOnlyList<string> Path)> paths,
        Func<IReadOnlyList<string>, string> boxOf,
        Func<IReadOnlyList<string>, string> otherOf,
        Dictionary<string, Rectangle> boxes
    )
    {
        var at = new int[paths.Count];
        foreach (var side in Enumerable.Range(0, paths.Count).GroupBy(i => boxOf(paths[i].Path)))
        {
            var box = boxes[side.Key];
            var ends = side.OrderBy(i => boxes[otherOf(paths[i].Path)].Middle).ToList();
            for (var k = 0; k < ends.Count; k++)
            {
                at[ends[k]] = box.X + box.Width * (k + 1) / (ends.Count + 1);
            }
        }
        return at;
    }

    private static void Line(
        StringBuilder text,
        Link link,
        IReadOnlyList<string> path,
        int leaving,
        int reaching,
        Dictionary<string, Rectangle> boxes
    )
    {
        var (x, y) = (leaving, boxes[path[0]].Bottom);
        text.Append(
            CultureInfo.InvariantCulture,
            $"<path class=\"link{(link.ByEvents ? " events" : "")}\" "
                + $"{(path[0] == link.From ? "marker-end" : "marker-start")}=\"url(#tip)\" d=\"M{x} {y}"
        );
        for (var i = 1; i < path.Count; i++)
        {
            var box = boxes[path[i]];
            var to = i == path.Count - 1 ? reaching : box.Middle;
            var half = (y + box.Y) / 2;
            text.Append(CultureInfo.InvariantCulture, $" C{x} {half} {to} {half} {to} {box.Y}");
            if (i < path.Count - 1)
            {
                text.Append(CultureInfo.InvariantCulture, $" L{to} {box.Bottom}");
            }
            (x, y) = (to, box.Bottom);
        }
        text.Append("\"/>\n");
    }

    private static void Box(StringBuilder text, Rectangle box, IReadOnlyList<string> lines, bool isEdge)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"<rect class=\"box{(isEdge ? " edge" : "")}\" x=\"{box.X}\" y=\"{box.Y}\" width=\"{box.Width}\" "
                + $"height=\"{box.Height}\" rx=\"{(isEdge ? box.Height / 2 : 6)}\"/>\n"
        );
        for (var i = 0; i < lines.Count; i++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"{(i == 0 ? "name" : "line")}\" x=\"{box.Middle}\" y=\"{box.Y + Padding + 13 + i * LineHeight}\" "
                    + $"text-anchor=\"middle\">{Escape(lines[i])}</text>\n"
            );
        }
    }

    private static void Legend(StringBuilder text, Wording words, int height)
    {
        var y = height - Margin;
        text.Append(
            CultureInfo.InvariantCulture,
            $"<path class=\"link\" marker-end=\"url(#tip)\" d=\"M{Margin} {y - 5} h36\"/><text class=\"line\" "
                + $"x=\"{Margin + 46}\" y=\"{y}\">{Escape(words.Sync)}</text>\n"
        );
        text.Append(
            CultureInfo.InvariantCulture,
            $"<path class=\"link events\" marker-end=\"url(#tip)\" d=\"M{Margin + 130} {y - 5} h36\"/><text class=\"line\" "
                + $"x=\"{Margin + 176}\" y=\"{y}\">{Escape(words.Events)}</text>\n"
        );
    }

    /// <summary>Characters outside Latin script are twice as wide.</summary>
    private static int WidthOf(string line) => line.Sum(letter => letter > '\u2e80' ? 2 * CharacterWidth : CharacterWidth);

    private static string Escape(string text) => new XText(text).ToString().Replace("\"", "&quot;", StringComparison.Ordinal);

    private sealed record Rectangle(int X, int Y, int Width, int Height)
    {
        public int Middle => X + Width / 2;

        public int Bottom => Y + Height;
    }
}
