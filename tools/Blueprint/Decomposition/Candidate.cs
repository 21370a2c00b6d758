namespace Blueprint.Decomposition;

internal enum ChangeFrequency
{
    Low,
    Medium,
    High,
}

/// <summary>
/// What is known of a part of the business that might become a service. <paramref name="Capability"/> empty: nobody can name one.
/// Source: the design guidelines, section 1.2.
/// </summary>
internal sealed record Candidate(string Name, string Capability, int TeamSize, bool TeamIsAutonomous, bool NeedsStrongConsistency, ChangeFrequency Changes, string Scalability, bool OtherTechnology);

/// <summary>What each reason counts, how large a team of its own has to be, and from how many points on a split is worth it.</summary>
internal sealed record Weights
{
    public int BusinessCapability { get; init; } = 2;
    public int AutonomousTeam { get; init; } = 2;
    public int EventualConsistency { get; init; } = 1;
    public int HighChangeFrequency { get; init; } = 1;
    public int FreedomOfTechnology { get; init; } = 1;
    public int TeamSize { get; init; } = 5;
    public int Threshold { get; init; } = 4;
}

internal sealed record Criteria(Weights Weights, IReadOnlyList<Candidate> Candidates);
