using System.Text;

namespace Blueprint.Decomposition;

/// <summary>The dependencies between services as a Mermaid flowchart; ids are numbers, so that any name can be a label.</summary>
internal static class MermaidDrawing
{
    public static string Of(Plan plan, Wording words)
    {
        var text = new StringBuilder("flowchart TB\n");
        var nodes = plan.Edges.Select(edge => edge.Name).Concat(plan.Units).ToList();
        foreach (var name in nodes)
        {
            var label = string.Join(
                "<br/>",
                DrawingLabels.Of(plan, name, words).Select(line => line.Replace("\"", "#quot;", StringComparison.Ordinal))
            );
            text.Append(
                plan.Edges.Any(edge => edge.Name == name)
                    ? $"  n{nodes.IndexOf(name)}([\"{label}\"])\n"
                    : $"  n{nodes.IndexOf(name)}[\"{label}\"]\n"
            );
        }
        foreach (var link in plan.Links)
        {
            text.Append($"  n{nodes.IndexOf(link.From)} {(link.ByEvents ? $"-. {words.Events} .->" : "-->")} n{nodes.IndexOf(link.To)}\n");
        }
        return text.ToString();
    }
}
