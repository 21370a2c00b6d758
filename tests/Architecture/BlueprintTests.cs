using System.Xml.Linq;
using Blueprint;
using Blueprint.Decomposition;
using Blueprint.Dependencies;
using Sidecar.Yaml;

namespace Architecture;

/// <summary>The planner cuts systems as the guidelines do and gives reasons and doubts; the plan in the documents is current.</summary>
public sealed class BlueprintTests
{
    private const string Criteria =
        "team: { size: 2, autonomous: false }, strongConsistency: false, changeFrequency: low, scalability: low, otherTechnology: false";

    private static readonly Module Weak = new("part") { Team = new Team(null, 2, false), NeedsStrongConsistency = true };

    public static TheoryData<string, int> Criterions =>
        new()
        {
            { "none", 0 },
            { "a named capability", 2 },
            { "an autonomous team of five", 2 },
            { "an autonomous team of four", 0 },
            { "a dependent team of five", 0 },
            { "data of its own", 1 },
            { "eventual consistency", 1 },
            { "high change frequency", 1 },
            { "medium change frequency", 0 },
            { "high load", 1 },
            { "other technology", 1 },
            { "all", 9 },
        };

    public static TheoryData<string, string> Mistakes =>
        new()
        {
            { "candidates: []", "1: 'candidates' is missing or empty" },
            { "", "the file is empty" },
            { $"modules:\n- {{ name: a, colour: red, {Criteria} }}", "2: 'colour' is not known here" },
            { "modules:\n- name: a\n  team: { size: many, autonomous: true }", "3: 'size' must be a whole number, not 'many'" },
            { "modules:\n- name: a\n  team: { size: 5, autonomous: perhaps }", "3: 'autonomous' must be true or false, not 'perhaps'" },
            { "modules:\n- name: a\n  changeFrequency: daily", "3: 'changeFrequency' must be high, medium or low, not 'daily'" },
            { "modules:\n- name: a\n  otherTechnology: true", "'scalability' is missing" },
            { "weights: { teamSize: 500 }\nmodules:\n- name: a", "1: 'teamSize' must be from 0 to 100, not 500" },
            {
                $"modules:\n- {{ name: a, {Criteria} }}\n- {{ name: A, {Criteria} }}",
                "3: 'A' is named twice, first in line 2; names are unique: rename one of them"
            },
            {
                $"candidates:\n- {{ name: a, {Criteria} }}\n- name: b\n  dependsOn:\n  - a\n  - c",
                "6: 'b' names 'c' in 'dependsOn', which is not in this file; known are: a, b. Correct the name, or describe 'c'"
            },
            {
                $"modules:\n- {{ name: a, owns: [x], {Criteria} }}\n- name: b\n  owns:\n  - y\n  - x",
                "6: 'b' owns 'x', which 'a' owns already (line 2); data has one owner: leave it"
            },
            { $"modules:\n- {{ name: a, reads: [z], {Criteria} }}", "2: 'a' reads 'z', which no part owns" },
            { $"modules:\n- {{ name: a, calls: [a], {Criteria} }}", "2: 'a' names itself in 'calls'" },
            { "modules:\n- { name: web, edge: true, owns: [sessions] }", "2: 'web' is an edge and owns data" },
            {
                $"modules:\n- {{ name: a, {Criteria} }}\nconsistency:\n- {{ between: [a], needs: strong }}",
                "4: 'between' must name two different parts"
            },
            {
                $"modules:\n- {{ name: a, {Criteria} }}\nchangesTogether:\n- {{ between: [a, q], percent: 200 }}",
                "4: 'percent' must be from 0 to 100, not 200"
            },
            {
                $"modules:\n- {{ name: a, {Criteria} }}\ncalls:\n- {{ from: a, to: q }}",
                "4: 'to' names 'q' in 'to', which is not in this file"
            },
            {
                $"modules:\n- {{ name: a, {Criteria} }}\n- {{ name: b, calls: [A], {Criteria} }}",
                "3: 'b' names 'A' in 'calls', which is not in this file; known are: a, b"
            },
            {
                $"modules:\n- {{ name: a, {Criteria} }}\n- name: a\n  team: {{ size: many }}",
                "4: 'size' must be a whole number, not 'many'"
            },
            { "modules: []\ncandidates: []", "'modules' and 'candidates' are both given" },
        };

    [Theory]
    [MemberData(nameof(Criterions))]
    public void A_context_scores_by_the_checklist(string criterion, int score) =>
        Assert.Equal(score, Assert.Single(Plan([With(criterion)]).Contexts).Score);

    [Fact]
    public void Weights_of_the_description_replace_the_usual_ones()
    {
        var context = Plan([With("eventual consistency")], new Weights { EventualConsistency = 3, Threshold = 3 }).Contexts.Single();
        Assert.Equal((3, true, Finding.EventualConsistency), (context.Score, context.IsService, context.Reasons.Single().Finding));
    }

    [Fact]
    public void Every_finding_has_words_in_both_languages() =>
        Assert.All(Enum.GetValues<Finding>(), finding =>
            Assert.NotEqual(Wording.English.Words(finding, ["a", "b", "c"]), Wording.Japanese.Words(finding, ["a", "b", "c"]))
        );

    [Fact]
    public void The_five_contexts_of_the_guidelines_are_services_with_their_doubts()
    {
        var plan = Monolith();
        Assert.Equal(
            ["orders", "inventory", "payments", "customers", "shipping"],
            plan.Contexts.Where(context => context.IsService).Select(context => context.Name)
        );
        Assert.Contains(plan.Contexts.Single(context => context.Name == "customers").Doubts, doubt => doubt.Finding == Finding.SmallTeam);
        var payment = plan.Cuts.Single(cut => (cut.First, cut.Second) == ("orders", "payments"));
        Assert.Contains(payment.Crossings, crossing => crossing.Finding == Finding.SagaStep && crossing.Arguments[0] == "refund");
        Assert.Equal([Finding.OftenChangedTogether, Finding.StrongAcrossTheCut], payment.Doubts.Select(doubt => doubt.Finding));
        Assert.All(plan.Cuts, cut => Assert.NotEmpty(cut.Reasons));
    }

    [Fact]
    public void Small_teams_and_rare_changes_do_not_keep_the_five_contexts_in_a_monolith()
    {
        var plan = Plan([
            .. new[] { "orders", "inventory", "payments", "customers", "shipping" }.Select(name =>
                Weak with
                {
                    Name = name,
                    Capability = name,
                    Owns = [name],
                    NeedsStrongConsistency = false,
                }
            ),
        ]);
        Assert.All(plan.Contexts, context => Assert.True(context.IsService));
        Assert.All(plan.Contexts, context => Assert.Contains(context.Doubts, doubt => doubt.Finding == Finding.SmallTeam));
    }

    [Fact]
    public void Modules_stay_together_for_a_transaction_without_a_compensation_for_joint_changes_and_for_one_capability()
    {
        var kept = Monolith().Together;
        Assert.Equal(
            [
                ("payments", "refunds", Finding.OneTransaction, Finding.UntilUndone),
                ("inventory", "catalogue", Finding.ChangedTogether, Finding.UntilChangedApart),
                ("orders", "order-history", Finding.SameCapability, Finding.UntilOwnCapability),
                ("loyalty", "customers", Finding.TooFewPoints, Finding.UntilEnoughPoints),
            ],
            kept.Select(one => (one.First, one.Second, one.Reasons[0].Finding, one.Until[0].Finding))
        );
        Assert.Contains(kept[^1].Until, until => until is { Finding: Finding.AutonomousTeam, Points: 2 });
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("cancel", 2)]
    public void A_transaction_joins_two_parts_unless_a_step_undoes_it(string? undo, int contexts) =>
        Assert.Equal(
            contexts,
            Planner
                .Make(
                    Description([Weak with { Name = "a" }, Weak with { Name = "b" }]) with
                    {
                        Consistency = [new ConsistencyNeed("a", "b", true, undo, null)],
                    }
                )
                .Contexts.Count
        );

    [Theory]
    [InlineData(49, 2)]
    [InlineData(50, 1)]
    public void Half_of_the_changes_in_common_join_two_parts(int percent, int contexts) =>
        Assert.Equal(
            contexts,
            Planner
                .Make(
                    Description([Weak with { Name = "a" }, Weak with { Name = "b" }]) with
                    {
                        JointChanges = [new JointChange("a", "b", percent)],
                    }
                )
                .Contexts.Count
        );

    [Fact]
    public void A_team_with_two_contexts_counts_half_for_each()
    {
        var team = new Team("core", 6, true);
        var plan = Plan([Weak with { Name = "a", Team = team }, Weak with { Name = "b", Team = team }]);
        Assert.All(plan.Contexts, context =>
            Assert.Equal(["core", "2", "3"], context.Doubts.Single(doubt => doubt.Finding == Finding.SharedTeam).Arguments)
        );
        Assert.All(plan.Contexts, context => Assert.Equal(0, context.Score));
        Assert.All(plan.Contexts, context => Assert.Equal(Planner.Rest, context.Unit));
    }

    [Fact]
    public void Calls_in_a_circle_many_calls_and_foreign_tables_are_doubts_of_the_cut()
    {
        var description = Description([
            With("all") with
            {
                Name = "a",
                Owns = ["x"],
            },
            With("all") with
            {
                Name = "b",
                Capability = "other",
                Owns = ["y"],
                Reads = ["x"],
            },
        ]);
        var plan = Planner.Make(description with { Dependencies = [new Dependency("a", "b", false, 9), new Dependency("b", "a", false)] });
        Assert.Equal(
            [Finding.ChattyCalls, Finding.ForeignData, Finding.Circle],
            Assert.Single(plan.Cuts).Doubts.Select(doubt => doubt.Finding)
        );
        Assert.DoesNotContain(
            Planner
                .Make(description with { Dependencies = [new Dependency("a", "b", false), new Dependency("b", "a", true)] })
                .Cuts.Single()
                .Doubts,
            doubt => doubt.Finding == Finding.Circle
        );
    }

    [Fact]
    public void Each_cycle_of_calls_is_reported_as_a_doubt_about_its_cuts()
    {
        var description = Description([
            .. new[] { "a", "b", "c", "d" }.Select(name => With("all") with { Name = name, Capability = name, Owns = [name] }),
        ]);
        Dependency[] calls = [new("a", "b", false), new("b", "a", false), new("b", "c", false), new("c", "d", false), new("d", "c", false)];
        var cuts = Planner.Make(description with { Dependencies = calls }).Cuts;
        Assert.Equal(
            ["a b", "c d"],
            cuts.Where(cut => cut.Doubts.Any(doubt => doubt.Finding == Finding.Circle)).Select(cut => $"{cut.First} {cut.Second}")
        );
    }

    [Fact]
    public void An_edge_needs_no_criteria_and_gets_no_score()
    {
        var plan = Monolith();
        Assert.Equal("web-shop", Assert.Single(plan.Edges).Name);
        Assert.DoesNotContain(plan.Contexts, context => context.Name == "web-shop");
        Assert.Contains(new Link("web-shop", "orders", false), plan.Links);
    }

    [Fact]
    public void Each_datum_has_one_owner_and_readers_get_it_by_calls_or_events()
    {
        var data = Monolith().Data;
        Assert.Distinct(data.Select(one => one.Datum));
        Assert.Equal(
            [(Finding.Calls, "orders"), (Finding.Reads, "shipping")],
            data.Single(one => one.Datum == "addresses").Readers.Select(reader => (reader.Finding, reader.Arguments[0]))
        );
        Assert.Equal("customers", data.Single(one => one.Datum == "points").Unit);
    }

    [Fact]
    public void The_planned_system_in_the_documents_is_this_one()
    {
        var description = DescriptionReader.Read(Path.Combine(Repository.Root, "docs", "decomposition.yaml"));
        // Orders.Grpc is another face of the bounded context Orders.
        Assert.Equal(
            Repository.Services.Select(Repository.Name).Where(name => name != "Orders.Grpc").Order(StringComparer.Ordinal),
            description.Modules.Select(module => module.Name).Order(StringComparer.Ordinal)
        );
        Assert.All(Planner.Make(description).Contexts, context =>
            Assert.True(context.IsService, $"{context.Name} is a service, and the checklist says it should not be")
        );
        var calls = MapReader
            .Read(Repository.Root)
            .Calls.Where(call => !call.Background && call.From != "orders-grpc" && call.To != "orders-grpc");
        Assert.Equal(
            calls.Select(call => $"{call.From} → {call.To}").Order(StringComparer.Ordinal),
            description
                .Dependencies.Where(one => !one.ByEvents)
                .Select(one => $"{one.From} → {one.To}".ToLowerInvariant())
                .Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_refused_with_line_and_remedy(string yaml, string said) =>
        Assert.Contains(said, Refused(yaml), StringComparison.Ordinal);

    [Fact]
    public void All_mistakes_of_a_description_are_reported_together()
    {
        var said = Refused(
            $"candidates:\n- {{ name: a, owns: [x], {Criteria} }}\n- {{ name: a, {Criteria} }}\n- {{ name: b, owns: [x], "
                + $"dependsOn: [c], {Criteria} }}"
        );
        Assert.Equal(3, said.Split(Environment.NewLine).Length);
        Assert.Contains(":3: 'a' is named twice", said, StringComparison.Ordinal);
        Assert.Contains(":4: 'b' owns 'x', which 'a' owns already", said, StringComparison.Ordinal);
        Assert.Contains(":4: 'b' names 'c' in 'dependsOn'", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_plan_in_the_documents_is_todays()
    {
        var document = Repository.Read("docs/monolith.md");
        const string remedy =
            "is stale: dotnet run --project tools/Blueprint -- decompose docs/monolith.yaml --write docs/monolith.md --svg "
            + "docs/monolith.svg";
        Assert.True(
            MarkedSection.Replace(document, DecomposeCommand.Begin, DecomposeCommand.End, Report.Markdown(Monolith(), Wording.English))
                == document,
            $"docs/monolith.md {remedy}"
        );
        Assert.True(SvgDrawing.Of(Monolith(), Wording.English) == Repository.Read("docs/monolith.svg"), $"docs/monolith.svg {remedy}");
    }

    [Fact]
    public void The_command_writes_a_report_and_drawings_and_finds_stale_ones()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string At(string name) => Path.Combine(folder, name);
            var files = $"--svg {At("a.svg")} --mermaid {At("a.mmd")}";
            var description = Path.Combine(Repository.Root, "docs", "monolith.yaml");
            File.WriteAllText(At("a.md"), $"before\n{DecomposeCommand.Begin}\n{DecomposeCommand.End}\nafter\n");
            int Run(string options) => DecomposeCommand.Create().Parse($"{description} {options}").Invoke();
            Assert.Equal(1, Run($"--check {At("a.md")} {files}"));
            Assert.Equal(0, Run($"--write {At("a.md")} {files}"));
            Assert.Equal(0, Run($"--check {At("a.md")} {files}"));
            File.AppendAllText(At("a.svg"), "stale");
            Assert.Equal(1, Run($"--check {At("a.md")} {files}"));
            Assert.Equal(2, Run($"--write {At("a.svg")}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public void The_drawings_have_every_service_and_every_dependency(string language)
    {
        var description = DescriptionReader.Read(Path.Combine(Repository.Root, "docs", "decomposition.yaml"));
        var (plan, words) = (Planner.Make(description), Wording.In(language));
        var svg = XDocument.Parse(SvgDrawing.Of(plan, words));
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal(
            [.. plan.Edges.Select(edge => edge.Name), .. plan.Units],
            svg.Descendants(ns + "text").Where(text => (string?)text.Attribute("class") == "name").Select(text => text.Value)
        );
        Assert.Equal(
            plan.Links.Count + 2,
            svg.Descendants(ns + "path").Count(path => ((string?)path.Attribute("class"))!.StartsWith("link", StringComparison.Ordinal))
        );
        // A call and the events of its answer join the same two boxes.
        Assert.Distinct(svg.Descendants(ns + "path").Select(path => (string?)path.Attribute("d")));
        Assert.Equal(
            plan.Links.Count,
            MermaidDrawing.Of(plan, words).Split('\n').Count(line => line.Contains("->", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void A_drawing_of_a_circle_and_of_names_with_markup_is_whole()
    {
        var description = Description([
            With("all") with
            {
                Name = "a<b>",
            },
            With("all") with
            {
                Name = "c & \"d\"",
                Capability = "other",
            },
            With("all") with
            {
                Name = "e",
                Capability = "third",
            },
        ]);
        var plan = Planner.Make(
            description with
            {
                Dependencies =
                [
                    new Dependency("a<b>", "c & \"d\"", false),
                    new Dependency("c & \"d\"", "e", false),
                    new Dependency("e", "a<b>", false),
                    new Dependency("a<b>", "e", true),
                ],
            }
        );
        XNamespace ns = "http://www.w3.org/2000/svg";
        var boxes = XDocument
            .Parse(SvgDrawing.Of(plan, Wording.English))
            .Descendants(ns + "rect")
            .Where(box => (string?)box.Attribute("class") == "box")
            .Select(box => (int)box.Attribute("y")!)
            .ToList();
        Assert.Equal(3, boxes.Distinct().Count());
    }

    private static Plan Monolith() => Planner.Make(DescriptionReader.Read(Path.Combine(Repository.Root, "docs", "monolith.yaml")));

    private static Plan Plan(IReadOnlyList<Module> modules, Weights? weights = null) =>
        Planner.Make(Description(modules) with { Weights = weights ?? new Weights() });

    private static Description Description(IReadOnlyList<Module> modules) => new("system", new Weights(), modules, [], [], []);

    private static string Refused(string yaml)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            return Assert.Throws<InvalidConfigurationException>(() => DescriptionReader.Read(file)).Message;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Module With(string criterion) =>
        criterion switch
        {
            "none" => Weak,
            "a named capability" => Weak with { Capability = "selling" },
            "an autonomous team of five" => Weak with { Team = new Team(null, 5, true) },
            "an autonomous team of four" => Weak with { Team = new Team(null, 4, true) },
            "a dependent team of five" => Weak with { Team = new Team(null, 5, false) },
            "data of its own" => Weak with { Owns = ["sales"] },
            "eventual consistency" => Weak with { NeedsStrongConsistency = false },
            "high change frequency" => Weak with { Changes = ChangeFrequency.High },
            "medium change frequency" => Weak with { Changes = ChangeFrequency.Medium },
            "high load" => Weak with { HasHighLoad = true },
            "other technology" => Weak with { OtherTechnology = true },
            "all" => new Module("part")
            {
                Capability = "selling",
                Team = new Team(null, 6, true),
                Owns = ["sales"],
                Changes = ChangeFrequency.High,
                HasHighLoad = true,
                OtherTechnology = true,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(criterion), criterion, null),
        };
}
