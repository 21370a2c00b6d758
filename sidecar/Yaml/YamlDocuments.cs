using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Yaml;

/// <summary>
/// Reads the documents of a YAML file. Merge keys (<c>&lt;&lt;</c>) are applied, and of a duplicate key the last one counts, as in daprd.
/// </summary>
internal static class YamlDocuments
{
    /// <param name="expand">Replaces references in the text before it is parsed; null: the text is read as it is.</param>
    public static IReadOnlyList<YamlMap> Read(string file, List<YamlProblem> problems, Func<string, string>? expand = null)
    {
        try
        {
            using TextReader text = expand is null ? File.OpenText(file) : new StringReader(expand(File.ReadAllText(file)));
            return Parse(file, text, problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new YamlProblem(file, 0, $"cannot be read: {e.Message}"));
            return [];
        }
    }

    /// <param name="file">The name of the text in problems.</param>
    public static IReadOnlyList<YamlMap> Parse(string file, TextReader text, List<YamlProblem> problems)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(
                LastKeyParser.Over(new MergingParser(new Parser(text)), key =>
                    problems.Add(
                        new YamlProblem(file, key.Line, $"'{key.Name}' stands here twice; the last one counts", Severity.IgnoredField)
                    )
                )
            );
            return Maps(file, stream, problems);
        }
        catch (YamlException e)
        {
            problems.Add(new YamlProblem(file, (int)e.Start.Line, $"not valid YAML: {e.InnerException?.Message ?? e.Message}"));
            return [];
        }
    }

    private static List<YamlMap> Maps(string file, YamlStream stream, List<YamlProblem> problems)
    {
        var maps = new List<YamlMap>();
        foreach (var document in stream.Documents)
        {
            switch (document.RootNode)
            {
                case YamlMappingNode map:
                    maps.Add(new YamlMap(file, map, problems));
                    break;
                case YamlScalarNode { Value: null or "" }:
                    break; // an empty document between two separators
                default:
                    problems.Add(
                        new YamlProblem(file, (int)document.RootNode.Start.Line, "expected 'key: value' lines at the top of the document")
                    );
                    break;
            }
        }
        return maps;
    }
}
