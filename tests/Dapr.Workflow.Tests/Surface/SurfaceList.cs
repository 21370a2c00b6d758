namespace Dapr.Workflow.Tests.Surface;

/// <summary>Reads dapr-workflow-api.txt into the lines that <see cref="Signatures"/> writes.</summary>
internal static class SurfaceList
{
    internal static IEnumerable<string> Read(string path)
    {
        var type = "";
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] != ' ')
            {
                yield return type = TypeName(line);
            }
            else
            {
                yield return $"{type} :: {line.Trim()}";
            }
        }
    }

    internal static IEnumerable<string> Exceptions(string path) => File.ReadLines(path)
        .SkipWhile(line => line != "## Surface exceptions")
        .TakeWhile((line, place) => place == 0 || !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(line => line.StartsWith("- `", StringComparison.Ordinal))
        .Select(line => line.Split('`')[1]);

    // "sealed class Dapr.Workflow.Thing<T> : Base" without the words in front and the bases behind.
    private static string TypeName(string line)
    {
        var name = line.Split(" : ")[0];
        return name[name.IndexOf("Dapr.", StringComparison.Ordinal)..];
    }
}
