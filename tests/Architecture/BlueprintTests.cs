using Blueprint.Decomposition;
using Sidecar.Yaml;

namespace Architecture;

/// <summary>The planner scores as the guidelines do.</summary>
public sealed class BlueprintTests
{
    private static readonly Candidate Nothing = new("part", "", 2, false, true, ChangeFrequency.Low, "low", false);

    public static TheoryData<string, int, bool> Cases => new()
    {
        { "nothing speaks for it", 0, false },
        { "a named capability", 2, false },
        { "an autonomous team of five", 2, false },
        { "an autonomous team of four", 0, false },
        { "five people who are told what to do", 0, false },
        { "eventual consistency", 1, false },
        { "high change frequency", 1, false },
        { "medium change frequency", 0, false },
        { "other technology", 1, false },
        { "capability and team", 4, true },
        { "all of it", 7, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_candidate_scores_by_the_checklist_of_the_guidelines(string what, int score, bool split)
    {
        var advice = Scoring.Judge(Make(what), new Weights());
        Assert.Equal((score, split), (advice.Score, advice.Split));
    }

    [Fact]
    public void Weights_of_ones_own_take_the_place_of_the_usual_ones()
    {
        var advice = Scoring.Judge(Make("eventual consistency"), new Weights { EventualConsistency = 3, Threshold = 3 });
        Assert.Equal((3, true, Reason.EventualConsistency), (advice.Score, advice.Split, advice.Reasons.Single()));
    }

    [Fact]
    public void Every_reason_has_words_in_both_languages()
        => Assert.All(Enum.GetValues<Reason>(), reason => Assert.NotEqual(Wording.English.Of(reason), Wording.Japanese.Of(reason)));

    [Fact]
    public void The_decomposition_of_this_system_names_its_services()
    {
        var criteria = CriteriaReader.Read(Path.Combine(Repository.Root, "docs", "decomposition.yaml"));
        // Orders.Grpc is another face of the bounded context Orders.
        Assert.Equal(Repository.Services.Select(Repository.Name).Where(name => name != "Orders.Grpc").Order(StringComparer.Ordinal), criteria.Candidates.Select(candidate => candidate.Name).Order(StringComparer.Ordinal));
        Assert.All(criteria.Candidates.Where(candidate => candidate.Name != "Gateway"), candidate => Assert.True(Scoring.Judge(candidate, criteria.Weights).Split, $"{candidate.Name} is a service, and the checklist says it should not be"));
    }

    [Theory]
    [InlineData("candidates: []", "'candidates' is missing or empty")]
    [InlineData("candidates:\n- name: a\n  colour: red", "3: 'colour' is not known here")]
    [InlineData("candidates:\n- name: a\n  team: { size: many, autonomous: true }", "3: 'size' must be a whole number, not 'many'")]
    [InlineData("candidates:\n- name: a\n  team: { size: 5, autonomous: perhaps }", "3: 'autonomous' must be true or false, not 'perhaps'")]
    [InlineData("candidates:\n- name: a\n  changeFrequency: daily", "3: 'changeFrequency' must be high, medium or low, not 'daily'")]
    [InlineData("weights: { teamSize: 500 }\ncandidates:\n- name: a", "1: 'teamSize' must be from 0 to 100, not 500")]
    [InlineData("", "the file is empty")]
    public void A_mistake_is_named_with_its_line(string yaml, string said)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            Assert.Contains(said, Assert.Throws<InvalidConfigurationException>(() => CriteriaReader.Read(file)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Candidate Make(string what) => what switch
    {
        "a named capability" => Nothing with { Capability = "selling" },
        "an autonomous team of five" => Nothing with { TeamIsAutonomous = true, TeamSize = 5 },
        "an autonomous team of four" => Nothing with { TeamIsAutonomous = true, TeamSize = 4 },
        "five people who are told what to do" => Nothing with { TeamSize = 5 },
        "eventual consistency" => Nothing with { NeedsStrongConsistency = false },
        "high change frequency" => Nothing with { Changes = ChangeFrequency.High },
        "medium change frequency" => Nothing with { Changes = ChangeFrequency.Medium },
        "other technology" => Nothing with { OtherTechnology = true },
        "capability and team" => Nothing with { Capability = "selling", TeamIsAutonomous = true, TeamSize = 5 },
        "all of it" => new Candidate("part", "selling", 6, true, false, ChangeFrequency.High, "high", true),
        _ => Nothing,
    };
}
