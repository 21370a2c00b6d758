using System.Text.RegularExpressions;

namespace Architecture;

/// <summary>Decisions have one form, unique numbers, an index and valid links.</summary>
public sealed partial class DecisionTests
{
    private const string Folder = "docs/decisions/";
    private const string Index = Folder + "README.md";
    private const int MaxDecisionLength = 30;

    private static readonly string[] Sections = ["Status", "Context", "Decision", "Consequences"];

    private static readonly IReadOnlyList<string> Decisions =
    [
        .. Repository.Files.Where(file => file.StartsWith(Folder, StringComparison.Ordinal) && file != Index).Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> All => [.. Decisions];

    [Theory]
    [MemberData(nameof(All))]
    public void A_decision_has_status_context_decision_and_consequences_in_this_order(string file)
    {
        var text = Repository.Read(file);
        Assert.Equal(Sections, Section().Matches(text).Select(match => match.Groups["name"].Value));
        Assert.InRange(text.Split('\n').Length, 1, MaxDecisionLength);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_file_name_repeats_number_and_title(string file)
    {
        var (number, title) = Heading(file);
        var words = string.Join('-', Word().Matches(title.ToLowerInvariant().Replace("'", "", StringComparison.Ordinal)));
        Assert.Equal($"{Folder}{number:0000}-{words}.md", file);
    }

    [Fact]
    public void No_number_is_used_twice()
    {
        Assert.NotEmpty(Decisions);
        Assert.Equal(Decisions.Count, Decisions.Select(file => Heading(file).Number).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_index_has_a_row_with_the_title_and_the_status_of_the_decision(string file)
    {
        var (number, title) = Heading(file);
        var row = Assert.Single(Rows(), row => row.Number == number);
        Assert.Equal($"[{title}]({Path.GetFileName(file)})", row.Title);
        var status = Status().Match(Repository.Read(file)).Groups["text"].Value;
        Assert.StartsWith(row.Status, status, StringComparison.Ordinal);
        Assert.Equal(Numbers(status, "Supersedes"), Numbers(row.Supersedes, ""));
        Assert.Equal(Numbers(status, "Superseded"), Numbers(row.SupersededBy, ""));
    }

    [Fact]
    public void The_index_names_decisions_only_in_order()
    {
        Assert.Equal(Decisions.Select(file => Heading(file).Number), Rows().Select(row => row.Number));
    }

    [Fact]
    public void A_superseded_decision_and_its_successor_name_each_other()
    {
        var rows = Rows();
        var forward = rows.SelectMany(row => Numbers(row.Supersedes, "").Select(old => (New: row.Number, Old: old)));
        var back = rows.SelectMany(row => Numbers(row.SupersededBy, "").Select(successor => (New: successor, Old: row.Number)));
        Assert.Equal(forward.Order(), back.Order());
    }

    [Fact]
    public void Every_link_to_a_decision_leads_to_a_file()
    {
        var names = Decisions.Select(file => Path.GetFileName(file)).ToHashSet(StringComparer.Ordinal);
        var broken =
            from file in Repository.Files
            where file.EndsWith(".md", StringComparison.Ordinal) || file.EndsWith(".cs", StringComparison.Ordinal)
            from Match link in Link().Matches(Repository.Read(file))
            where !names.Contains(link.Groups["file"].Value)
            select $"{file}: {link.Value}";
        Assert.Empty(broken);
    }

    private static (int Number, string Title) Heading(string file)
    {
        var heading = Title().Match(Repository.Read(file));
        Assert.True(heading.Success, $"{file} does not begin with '# <number>. <title>'");
        return (
            int.Parse(heading.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture),
            heading.Groups["title"].Value
        );
    }

    private static List<(int Number, string Title, string Status, string Supersedes, string SupersededBy)> Rows() =>
        [
            .. Repository
                .Read(Index)
                .Split('\n')
                .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
                .Where(cells => cells.Length == 7 && int.TryParse(cells[1], out _))
                .Select(cells =>
                    (int.Parse(cells[1], System.Globalization.CultureInfo.InvariantCulture), cells[2], cells[3], cells[4], cells[5])
                ),
        ];

    /// <summary>The decisions that a text links to, after a word.</summary>
    /// <summary>The decisions that the sentences with this first word link.</summary>
    private static List<int> Numbers(string text, string firstWord) =>
        [
            .. text.Split(". ")
                .Where(sentence => sentence.StartsWith(firstWord, StringComparison.Ordinal))
                .SelectMany(sentence => Linked().Matches(sentence))
                .Select(match => int.Parse(match.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture)),
        ];

    [GeneratedRegex(@"\A# (?<number>\d+)\. (?<title>[^\n]+)\n")]
    private static partial Regex Title();

    [GeneratedRegex(@"^\*\*(?<name>[A-Z][a-z]+)\.\*\* ", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex(@"\*\*Status\.\*\* (?<text>[^\n]+(\n[^\n]+)*)")]
    private static partial Regex Status();

    [GeneratedRegex("[a-z0-9]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\((?<number>\d{4})-[a-z0-9-]+\.md\)")]
    private static partial Regex Linked();

    [GeneratedRegex(@"\((?:(?:\.\./)*(?:docs/)?decisions/)?(?<file>\d{4}-[\w-]+\.md)\)")]
    private static partial Regex Link();
}
