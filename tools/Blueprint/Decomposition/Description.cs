namespace Blueprint.Decomposition;

internal enum ChangeFrequency
{
    Low,
    Medium,
    High,
}

/// <summary>The description of a system: the modules of a monolith, or the candidates of a planned system.</summary>
internal sealed record Description(
    string System,
    Weights Weights,
    IReadOnlyList<Module> Modules,
    IReadOnlyList<Dependency> Dependencies,
    IReadOnlyList<JointChange> JointChanges,
    IReadOnlyList<ConsistencyNeed> Consistency
);

/// <summary>A part of the business that might become a service. Criteria: the design guidelines, section 1.2.</summary>
internal sealed record Module(string Name)
{
    /// <summary>Empty if the description names none.</summary>
    public string Capability { get; init; } = "";

    public IReadOnlyList<string> Responsibilities { get; init; } = [];

    public IReadOnlyList<string> Invariants { get; init; } = [];

    public IReadOnlyList<string> Owns { get; init; } = [];

    /// <summary>Data of other modules.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    public Team Team { get; init; } = new(null, 0, false);

    /// <summary>
    /// True if the module needs one transaction with data outside it; <see cref="Description.Consistency"/> names the pairs.
    /// </summary>
    public bool NeedsStrongConsistency { get; init; }

    public ChangeFrequency Changes { get; init; }

    public bool HasHighLoad { get; init; }

    public bool OtherTechnology { get; init; }

    /// <summary>The module only forwards to others (a gateway, a web front end); it is not a bounded context.</summary>
    public bool IsEdge { get; init; }
}

/// <summary>A team; modules that name the same team share its people.</summary>
internal sealed record Team(string? Name, int Size, bool IsAutonomous);

/// <summary>A dependency: <paramref name="From"/> calls <paramref name="To"/>, or consumes its events.</summary>
internal sealed record Dependency(string From, string To, bool ByEvents, int PerRequest = 1);

/// <summary>Two modules that change in the same commits, in percent of the commits that change either.</summary>
internal sealed record JointChange(string First, string Second, int Percent);

/// <summary>
/// A need for consistent data of two modules. <paramref name="Undo"/> is the business step that compensates the first change if the second
/// one is refused; with one, a saga can replace the transaction.
/// </summary>
internal sealed record ConsistencyNeed(string First, string Second, bool IsStrong, string? Undo, string? Why);

/// <summary>The points of each criterion, the points that a service needs, and the limits of the other judgements.</summary>
internal sealed record Weights
{
    public int BusinessCapability { get; init; } = 2;
    public int AutonomousTeam { get; init; } = 2;
    public int OwnData { get; init; } = 1;
    public int EventualConsistency { get; init; } = 1;
    public int HighChangeFrequency { get; init; } = 1;
    public int HighLoad { get; init; } = 1;
    public int FreedomOfTechnology { get; init; } = 1;

    /// <summary>The least size of a team that runs a service alone.</summary>
    public int TeamSize { get; init; } = 5;

    public int Threshold { get; init; } = 4;

    /// <summary>From this percentage of joint changes on, two modules belong to one context.</summary>
    public int ChangesTogether { get; init; } = 50;

    /// <summary>From this percentage of joint changes on, a cut is doubtful.</summary>
    public int ChangesDoubtful { get; init; } = 20;

    /// <summary>From this number of calls per request on, a cut is doubtful.</summary>
    public int ChattyCalls { get; init; } = 5;
}
