using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Yaml;

/// <summary>
/// Reads the documents of a YAML file. Merge keys (<c>&lt;&lt;</c>) are applied, and of a duplicate key the last one counts, as in daprd.
/// </summary>
internal static class YamlDocuments
{
    public static IReadOnlyList<YamlMap> Read(string file, List<YamlProblem> problems)
    {
        try
        {
            using var text = File.OpenText(file);
            var stream = new YamlStream();
            stream.Load(
                LastKeyParser.Over(new MergingParser(new Parser(text)), key =>
                    problems.Add(
                        new YamlProblem(file, key.Line, $"'{key.Name}' stands here twice; the last one counts", Severity.IgnoredField)
                    )
                )
            );
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
                            new YamlProblem(
                                file,
                                (int)document.RootNode.Start.Line,
                                "expected 'key: value' lines at the top of the document"
                            )
                        );
                        break;
                }
            }
            return maps;
        }
        catch (YamlException e)
        {
            problems.Add(new YamlProblem(file, (int)e.Start.Line, $"not valid YAML: {e.InnerException?.Message ?? e.Message}"));
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new YamlProblem(file, 0, $"cannot be read: {e.Message}"));
            return [];
        }
    }
}
