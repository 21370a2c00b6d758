namespace Blueprint.Decomposition;

/// <summary>
/// Adds up the points for a service. Source: the design guidelines, section 1.2, <c>should_split_service</c>, and decision 87.
/// </summary>
internal static class Checklist
{
    /// <param name="teamSize">People for this context alone: a team that has several contexts is divided among them.</param>
    public static IReadOnlyList<Remark> Apply(
        IReadOnlyList<Module> modules,
        int teamSize,
        bool autonomous,
        bool strongConsistency,
        Weights weights
    )
    {
        (Finding Finding, bool Holds, int Points)[] criteria = Criteria(modules, teamSize, autonomous, strongConsistency, weights);
        return
        [
            .. criteria
                .Where(criterion => criterion.Holds)
                .Select(criterion => new Remark(criterion.Finding) { Points = criterion.Points }),
        ];
    }

    /// <summary>The criteria that do not hold yet, the weightiest first.</summary>
    public static IReadOnlyList<Remark> Missing(IReadOnlyList<Remark> holding, Weights weights) =>
        [
            .. Criteria([], 0, false, true, weights)
                .Where(criterion => holding.All(one => one.Finding != criterion.Finding) && criterion.Points > 0)
                .OrderByDescending(criterion => criterion.Points)
                .Select(criterion => new Remark(criterion.Finding) { Points = criterion.Points }),
        ];

    private static (Finding Finding, bool Holds, int Points)[] Criteria(
        IReadOnlyList<Module> modules,
        int teamSize,
        bool autonomous,
        bool strongConsistency,
        Weights weights
    ) =>
        [
            (Finding.BusinessCapability, modules.Any(module => module.Capability.Length > 0), weights.BusinessCapability),
            (Finding.AutonomousTeam, autonomous && teamSize >= weights.TeamSize, weights.AutonomousTeam),
            (Finding.OwnData, modules.Any(module => module.Owns.Count > 0), weights.OwnData),
            (Finding.EventualConsistency, !strongConsistency, weights.EventualConsistency),
            (Finding.HighChangeFrequency, modules.Any(module => module.Changes == ChangeFrequency.High), weights.HighChangeFrequency),
            (Finding.HighLoad, modules.Any(module => module.HasHighLoad), weights.HighLoad),
            (Finding.FreedomOfTechnology, modules.Any(module => module.OtherTechnology), weights.FreedomOfTechnology),
        ];
}
