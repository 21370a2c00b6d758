using System.Text.RegularExpressions;

namespace Architecture;

/// <summary>Types are short: past some three hundred lines a type is two things. Lines fit a window.</summary>
public sealed class SizeTests
{
    private const int LongestType = 430;
    private const int LongestLine = 140;
    private const int LongLines = 22;

    private static readonly Regex Beginning = new(
        @"^(?:(?:public|internal|file|sealed|static|abstract|partial|readonly|ref)\s+)*(?:class|struct|interface|enum|record(?:\s+(?:struct|class))?)\s+(?<name>\w+)",
        RegexOptions.CultureInvariant
    );

    /// <summary>A partial type counts as one: its parts are summed up.</summary>
    [Theory]
    [InlineData("sidecar/")]
    [InlineData("services/")]
    [InlineData("tools/")]
    public void No_type_is_longer_than_three_hundred_lines(string folder)
    {
        var files = Repository
            .Files.Where(file => file.StartsWith(folder, StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(files);
        var tooLong = files
            .SelectMany(file => Types(Repository.Read(file)))
            .GroupBy(type => type.Name, type => type.Lines)
            .Where(parts => parts.Sum() > LongestType)
            .Select(parts => $"{parts.Key} has {parts.Sum()} lines");
        Assert.Empty(tooLong);
    }

    /// <summary>The lines that are still longer than 140 columns. The number only goes down.</summary>
    [Fact]
    public void The_sidecar_gets_no_more_lines_over_140_columns()
    {
        var lines = Repository
            .Files.Where(file => file.StartsWith("sidecar/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .Sum(file => Repository.Read(file).Split('\n').Count(line => line.Length > LongestLine));
        Assert.True(
            lines <= LongLines,
            $"{lines} lines of the sidecar are longer than {LongestLine} columns, at most {LongLines} may be: wrap the new ones"
        );
    }

    [Fact]
    public void The_parts_of_a_type_are_summed_up()
    {
        var parts = Types(
            "namespace A;\n\ninternal sealed partial class B\n{\n    int c;\n}\n\ninternal record D(int E);\ninternal enum F { G }\n"
        );
        Assert.Equal([("A.B", 4), ("A.D", 1), ("A.F", 1)], parts);
    }

    /// <summary>The types of a file that lie in no other type, with the lines from their name to their last brace.</summary>
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
