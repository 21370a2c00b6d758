namespace Blueprint.Decomposition;

/// <summary>Why a part deserves a service of its own. The names are also those of the JSON output.</summary>
internal enum Reason
{
    BusinessCapability,
    AutonomousTeam,
    EventualConsistency,
    HighChangeFrequency,
    FreedomOfTechnology,
}

internal sealed record Advice(Candidate Candidate, int Score, bool Split, IReadOnlyList<Reason> Reasons);

/// <summary>Adds up what speaks for a split. Source: the design guidelines, section 1.2, <c>should_split_service</c>.</summary>
internal static class Scoring
{
    public static Advice Judge(Candidate candidate, Weights weights)
    {
        (Reason Reason, bool Holds, int Weight)[] checklist =
        [
            (Reason.BusinessCapability, candidate.Capability.Length > 0, weights.BusinessCapability),
            (Reason.AutonomousTeam, candidate.TeamIsAutonomous && candidate.TeamSize >= weights.TeamSize, weights.AutonomousTeam),
            (Reason.EventualConsistency, !candidate.NeedsStrongConsistency, weights.EventualConsistency),
            (Reason.HighChangeFrequency, candidate.Changes == ChangeFrequency.High, weights.HighChangeFrequency),
            (Reason.FreedomOfTechnology, candidate.OtherTechnology, weights.FreedomOfTechnology),
        ];
        var holding = checklist.Where(item => item.Holds).ToList();
        var score = holding.Sum(item => item.Weight);
        return new Advice(candidate, score, score >= weights.Threshold, [.. holding.Select(item => item.Reason)]);
    }
}
