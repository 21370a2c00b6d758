using System.Text.RegularExpressions;

namespace Architecture;

/// <summary>
/// Types have at most 300 lines: a longer one does more than one thing. Half of the files have at most 60 lines. Lines have at most
/// 140 columns.
/// </summary>
public sealed class SizeTests
{
    private const int LongestType = 300;
    private const int LongestMedian = 60;
    private const int LongestLine = 140;

    private static readonly Regex Beginning = new(
        @"^(?:(?:public|internal|file|sealed|static|abstract|partial|readonly|ref)\s+)*(?:class|struct|interface|enum|record(?:\s+(?:struct|class))?)\s+(?<name>\w+)",
        RegexOptions.CultureInvariant
    );

    /// <summary>Types that are still longer, with the lines they have today. An entry that is no longer needed fails.</summary>
    private static readonly Dictionary<string, int> Exceptions = [];

    /// <summary>The lines of all parts of a partial type count.</summary>
    [Theory]
    [InlineData("sidecar/")]
    [InlineData("services/")]
    [InlineData("tools/")]
    public void No_type_is_longer_than_300_lines(string folder)
    {
        var tooLong = Lengths(folder)
            .Where(type => type.Value > Exceptions.GetValueOrDefault(type.Key, LongestType))
            .Select(type => $"{type.Key} has {type.Value} lines");
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Each_exception_names_a_type_that_is_longer_than_300_lines()
    {
        var lengths = Lengths("services/");
        Assert.DoesNotContain(Exceptions.Keys, name => lengths.GetValueOrDefault(name) <= LongestType);
    }

    [Fact]
    public void The_median_length_of_a_product_file_is_at_most_60_lines()
    {
        var lengths = new[] { "sidecar/", "services/", "tools/" }
            .SelectMany(Sources)
            .Select(file => Repository.Read(file).Count(character => character == '\n'))
            .Order()
            .ToList();
        Assert.InRange(lengths[lengths.Count / 2], 1, LongestMedian);
    }

    [Theory]
    [InlineData("sidecar/")]
    [InlineData("services/")]
    [InlineData("tools/")]
    [InlineData("benchmarks/")]
    [InlineData("samples/")]
    public void No_line_is_longer_than_140_columns(string folder)
    {
        var tooLong =
            from file in Sources(folder)
            from line in Repository.Read(file).Split('\n').Index()
            where line.Item.Length > LongestLine
            select $"{file}:{line.Index + 1} has {line.Item.Length} columns";
        Assert.Empty(tooLong);
    }

    [Fact]
    public void The_lines_of_a_type_reach_from_its_name_to_its_last_brace()
    {
        var parts = Types(
            "namespace A;\n\ninternal sealed partial class B\n{\n    int c;\n}\n\ninternal record D(int E);\ninternal enum F { G }\n"
        );
        Assert.Equal([("A.B", 4), ("A.D", 1), ("A.F", 1)], parts);
    }

    private static List<string> Sources(string folder)
    {
        var files = Repository
            .Files.Where(file => file.StartsWith(folder, StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(files);
        return files;
    }

    private static Dictionary<string, int> Lengths(string folder) =>
        Sources(folder)
            .SelectMany(file => Types(Repository.Read(file)))
            .GroupBy(type => type.Name, type => type.Lines)
            .ToDictionary(parts => parts.Key, parts => parts.Sum());

    /// <summary>The top-level types of a file, with the lines from their name to their last brace.</summary>
    private static List<(string Name, int Lines)> Types(string text)
    {
        var space = Regex.Match(text, @"^namespace ([\w.]+)", RegexOptions.Multiline).Groups[1].Value;
        var types = new List<(string Name, int Lines)>();
        var open = false;
        foreach (var line in text.Split('\n'))
        {
            if (!open && Beginning.Match(line) is { Success: true } beginning)
            {
                types.Add(($"{space}.{beginning.Groups["name"].Value}", 0));
                open = true;
            }
            if (open)
            {
                types[^1] = types[^1] with { Lines = types[^1].Lines + 1 };
                open = line is not ("}" or "};") && !(types[^1].Lines == 1 && (line.EndsWith(';') || line.EndsWith('}')));
            }
        }
        return types;
    }
}
