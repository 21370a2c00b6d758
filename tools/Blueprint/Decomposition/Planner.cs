namespace Blueprint.Decomposition;

/// <summary>Makes the plan of a description: contexts, verdicts, data, cuts, and the conditions for later cuts.</summary>
internal sealed class Planner
{
    /// <summary>The unit of contexts that are no services yet and have no service to be kept with.</summary>
    public const string Rest = "(rest)";

    private readonly Description description;
    private readonly IReadOnlyList<IReadOnlyList<Module>> groups;
    private readonly IReadOnlyList<KeptTogether> joins;
    private readonly Relations relations;

    private Planner(Description description)
    {
        this.description = description;
        (groups, joins) = Grouping.Join(description);
        relations = new Relations(description, groups);
    }

    public static Plan Make(Description description) => new Planner(description).Make();

    private Plan Make()
    {
        var judged = groups.Select(Judge).ToList();
        var services = judged
            .Where(context => context.Score >= description.Weights.Threshold)
            .Select(context => context.Name)
            .ToHashSet(StringComparer.Ordinal);
        var contexts = judged
            .Select(context => context with { Unit = services.Contains(context.Name) ? context.Name : HostOf(context, services) ?? Rest })
            .ToList();
        var unitOf = contexts.ToDictionary(context => context.Name, context => context.Unit, StringComparer.Ordinal);
        var edges = description.Modules.Where(module => module.IsEdge).ToList();
        var links = Links(unitOf);
        return new Plan(
            description.System,
            description.Weights.Threshold,
            contexts,
            edges,
            [.. Data(contexts)],
            links,
            [.. Cuts(contexts, links)],
            [.. joins, .. contexts.Where(context => !context.IsService).Select(Kept)]
        );
    }

    private Context Judge(IReadOnlyList<Module> group)
    {
        var (size, autonomous, teamDoubts) = TeamOf(group);
        // A declared need without a partner cannot be met by a join or a saga, so it counts against the cut.
        var strong = group.FirstOrDefault(module =>
            module.NeedsStrongConsistency && !description.Consistency.Any(need => need.First == module.Name || need.Second == module.Name)
        );
        var reasons = Checklist.Apply(group, size, autonomous, strong is not null, description.Weights);
        List<Remark> doubts = [.. teamDoubts];
        if (strong is not null)
        {
            doubts.Add(new Remark(Finding.StrongWithoutPartner, strong.Name));
        }
        if (reasons.All(reason => reason.Finding != Finding.BusinessCapability))
        {
            doubts.Add(new Remark(Finding.NoCapability));
        }
        if (reasons.All(reason => reason.Finding != Finding.OwnData))
        {
            doubts.Add(new Remark(group.Any(module => relations.IsDependedOn(module.Name)) ? Finding.NoData : Finding.LooksLikeAnEdge));
        }
        if (group.All(module => module.Invariants.Count == 0))
        {
            doubts.Add(new Remark(Finding.NoInvariants));
        }
        return new Context(group[0].Name, group, reasons.Sum(reason => reason.Points), "", reasons, doubts);
    }

    /// <summary>
    /// People and freedom of a context. Several teams in one context have to agree, and a team with several contexts is divided among them.
    /// </summary>
    private (int Size, bool Autonomous, List<Remark> Doubts) TeamOf(IReadOnlyList<Module> group)
    {
        var least = description.Weights.TeamSize;
        var teams = group.Select(module => module.Team).DistinctBy(team => team.Name ?? $"{team.Size} {team.IsAutonomous}").ToList();
        var doubts = new List<Remark>();
        var size = 0;
        foreach (var team in teams)
        {
            var contexts = team.Name is null ? 1 : groups.Count(other => other.Any(module => module.Team.Name == team.Name));
            size += team.Size / contexts;
            if (contexts > 1)
            {
                doubts.Add(new Remark(Finding.SharedTeam, team.Name!, $"{contexts}", $"{team.Size / contexts}"));
            }
        }
        if (teams.Count > 1)
        {
            doubts.Add(new Remark(Finding.SeveralTeams, $"{teams.Count}"));
        }
        if (size < least)
        {
            doubts.Add(new Remark(Finding.SmallTeam, $"{size}", $"{least}"));
        }
        var autonomous = teams.TrueForAll(team => team.IsAutonomous);
        if (!autonomous)
        {
            doubts.Add(new Remark(Finding.DependentTeam));
        }
        return (size, autonomous && teams.Count == 1, doubts);
    }

    /// <summary>
    /// The service with the strongest tie: joint changes first, then data that has to agree, then calls, events and reads.
    /// </summary>
    private string? HostOf(Context context, HashSet<string> services) =>
        groups
            .Select(group => group[0].Name)
            .Where(services.Contains)
            .Select(name =>
                (
                    Name: name,
                    Tie: (
                        Percent: relations.JointPercent(context.Name, name),
                        Consistency: relations.Needs(context.Name, name).Count(),
                        Calls: relations.Dependencies(context.Name, name).Sum(one => one.PerRequest)
                            + relations.Reads(context.Name, name).Count()
                    )
                )
            )
            .Where(host => host.Tie != (0, 0, 0))
            .OrderByDescending(host => host.Tie)
            .Select(host => host.Name)
            .FirstOrDefault();

    private KeptTogether Kept(Context context)
    {
        var missing = description.Weights.Threshold - context.Score;
        return new KeptTogether(
            context.Name,
            context.Unit,
            [new Remark(Finding.TooFewPoints, $"{context.Score}", $"{description.Weights.Threshold}")],
            [new Remark(Finding.UntilEnoughPoints, $"{missing}"), .. Checklist.Missing(context.Reasons, description.Weights)]
        );
    }

    private IEnumerable<DataOwnership> Data(List<Context> contexts) =>
        contexts.SelectMany(context =>
            context.Owns.Select(datum => new DataOwnership(datum, context.Name, context.Unit, [.. ReadersOf(datum, context, contexts)]))
        );

    private IEnumerable<Remark> ReadersOf(string datum, Context owner, List<Context> contexts) =>
        description
            .Modules.Where(module =>
                module.Reads.Contains(datum, StringComparer.OrdinalIgnoreCase) && relations.ContextOf(module.Name) != owner.Name
            )
            .GroupBy(module => relations.ContextOf(module.Name))
            .Select(group => group.Key)
            .Select(reader => new Remark(
                relations.Dependencies(reader, owner.Name).Where(one => relations.ContextOf(one.From) == reader).ToList() switch
                {
                    var all when all.Exists(one => one.ByEvents) => Finding.Consumes,
                    var all when all.Count > 0 => Finding.Calls,
                    _ => contexts.Exists(context => context.Name == reader && context.Unit == owner.Unit) ? Finding.Calls : Finding.Reads,
                },
                reader,
                owner.Name
            ));

    /// <summary>Dependencies between units, including reads of another unit's data.</summary>
    private IReadOnlyList<Link> Links(Dictionary<string, string> unitOf)
    {
        var reads = description
            .Modules.SelectMany(module => module.Reads.Select(datum => (From: module.Name, To: relations.OwnerOf(datum), ByEvents: false)))
            .Where(read =>
                relations
                    .Dependencies(relations.ContextOf(read.From), relations.ContextOf(read.To))
                    .All(one => relations.ContextOf(one.From) != relations.ContextOf(read.From))
            );
        return
        [
            .. description
                .Dependencies.Select(one => (one.From, one.To, one.ByEvents))
                .Concat(reads)
                .Select(one => new Link(UnitOf(one.From), UnitOf(one.To), one.ByEvents))
                .Where(link => link.From != link.To)
                .Distinct(),
        ];

        string UnitOf(string module) => unitOf.GetValueOrDefault(relations.ContextOf(module), module);
    }

    private IEnumerable<Cut> Cuts(List<Context> contexts, IReadOnlyList<Link> links)
    {
        var calls = links.Where(link => !link.ByEvents).Select(link => (link.From, link.To)).ToList();
        for (var i = 0; i < contexts.Count; i++)
        {
            foreach (var second in contexts.Skip(i + 1).Where(other => other.Unit != contexts[i].Unit))
            {
                if (Crossings(contexts[i], second) is { Count: > 0 } crossings)
                {
                    yield return new Cut(
                        contexts[i].Name,
                        second.Name,
                        crossings,
                        [.. ReasonsToCut(contexts[i], second)],
                        [.. DoubtsOf(contexts[i], second, calls)]
                    );
                }
            }
        }
    }

    private List<Remark> Crossings(Context first, Context second)
    {
        List<Remark> crossings =
        [
            .. relations
                .Dependencies(first.Name, second.Name)
                .Select(one => (one.ByEvents, From: relations.ContextOf(one.From), To: relations.ContextOf(one.To)))
                .Distinct()
                .Select(one => new Remark(one.ByEvents ? Finding.Consumes : Finding.Calls, one.From, one.To)),
            .. relations.Reads(first.Name, second.Name).Select(read => new Remark(Finding.Reads, read.Reader, read.Owner, read.Datum)),
            .. relations
                .Needs(first.Name, second.Name)
                .Select(need =>
                    string.IsNullOrEmpty(need.Undo) ? new Remark(Finding.AgreesLater) : new Remark(Finding.SagaStep, need.Undo)
                ),
        ];
        // Joint changes alone make a cut worth a line; beside calls they are among the doubts.
        return
            crossings.Count == 0
            && relations.JointPercent(first.Name, second.Name) is var percent
            && percent >= description.Weights.ChangesDoubtful
            ? [new Remark(Finding.ChangedTogether, $"{percent}")]
            : crossings;
    }

    private IEnumerable<Remark> ReasonsToCut(Context first, Context second)
    {
        if (first.Capability.Length > 0 && second.Capability.Length > 0)
        {
            yield return new Remark(Finding.OtherCapability, first.Capability, second.Capability);
        }
        if (first.Owns.Any() && second.Owns.Any())
        {
            yield return new Remark(Finding.OwnDecisions);
        }
        if (relations.JointPercent(first.Name, second.Name) is > 0 and var percent && percent < description.Weights.ChangesDoubtful)
        {
            yield return new Remark(Finding.SeldomChangedTogether, $"{percent}");
        }
        if (first.Modules[0].Team.Name is { } team && second.Modules[0].Team.Name is { } other && team != other)
        {
            yield return new Remark(Finding.OtherTeams, team, other);
        }
        if (first.Modules.Any(module => module.HasHighLoad) != second.Modules.Any(module => module.HasHighLoad))
        {
            yield return new Remark(Finding.OtherLoad, first.Modules.Any(module => module.HasHighLoad) ? first.Name : second.Name);
        }
    }

    private IEnumerable<Remark> DoubtsOf(Context first, Context second, List<(string From, string To)> calls)
    {
        if (relations.JointPercent(first.Name, second.Name) is var percent && percent >= description.Weights.ChangesDoubtful)
        {
            yield return new Remark(Finding.OftenChangedTogether, $"{percent}");
        }
        foreach (var need in relations.Needs(first.Name, second.Name).Where(need => need.IsStrong))
        {
            yield return new Remark(Finding.StrongAcrossTheCut, need.Why ?? "", need.Undo ?? "");
        }
        foreach (
            var call in relations.Dependencies(first.Name, second.Name).Where(one => one.PerRequest >= description.Weights.ChattyCalls)
        )
        {
            yield return new Remark(
                Finding.ChattyCalls,
                relations.ContextOf(call.From),
                relations.ContextOf(call.To),
                $"{call.PerRequest}"
            );
        }
        foreach (var (reader, owner, datum) in relations.Reads(first.Name, second.Name))
        {
            yield return new Remark(Finding.ForeignData, reader, owner, datum);
        }
        if ((Circle.Through(first.Unit, second.Unit, calls) ?? Circle.Through(second.Unit, first.Unit, calls)) is { } circle)
        {
            yield return new Remark(Finding.Circle, string.Join(" → ", circle));
        }
    }
}
