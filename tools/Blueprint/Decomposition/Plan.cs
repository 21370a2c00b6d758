namespace Blueprint.Decomposition;

/// <summary>
/// The cuts of a system with their reasons. A <see cref="Context"/> is a boundary of the model; its verdict decides whether it is a
/// service.
/// </summary>
internal sealed record Plan(
    string System,
    int Threshold,
    IReadOnlyList<Context> Contexts,
    IReadOnlyList<Module> Edges,
    IReadOnlyList<DataOwnership> Data,
    IReadOnlyList<Link> Links,
    IReadOnlyList<Cut> Cuts,
    IReadOnlyList<KeptTogether> Together
)
{
    /// <summary>A deployment unit: a service with the contexts kept in it, or the contexts without a service.</summary>
    public IReadOnlyList<string> Units => [.. Contexts.Select(context => context.Unit).Distinct()];
}

/// <param name="Unit">The service that the context runs in: itself, the one it is kept with, or <see cref="Planner.Rest"/>.</param>
internal sealed record Context(
    string Name,
    IReadOnlyList<Module> Modules,
    int Score,
    string Unit,
    IReadOnlyList<Remark> Reasons,
    IReadOnlyList<Remark> Doubts
)
{
    public bool IsService => Unit == Name;

    public string Capability => Modules.Select(module => module.Capability).FirstOrDefault(capability => capability.Length > 0) ?? "";

    public IEnumerable<string> Responsibilities => Modules.SelectMany(module => module.Responsibilities);

    public IEnumerable<string> Invariants => Modules.SelectMany(module => module.Invariants);

    public IEnumerable<string> Owns => Modules.SelectMany(module => module.Owns);
}

/// <summary>A datum, the context that writes it, the service of its database, and the way in which other contexts read it.</summary>
internal sealed record DataOwnership(string Datum, string Owner, string Unit, IReadOnlyList<Remark> Readers);

/// <summary>A dependency between two units or from an edge to a unit.</summary>
internal sealed record Link(string From, string To, bool ByEvents);

/// <summary>A boundary between two services with dependencies across it.</summary>
internal sealed record Cut(
    string First,
    string Second,
    IReadOnlyList<Remark> Crossings,
    IReadOnlyList<Remark> Reasons,
    IReadOnlyList<Remark> Doubts
);

internal sealed record KeptTogether(string First, string Second, IReadOnlyList<Remark> Reasons, IReadOnlyList<Remark> Until);

/// <summary>A finding without its text, which <see cref="Wording"/> has in each language.</summary>
internal sealed record Remark(Finding Finding, params IReadOnlyList<string> Arguments)
{
    /// <summary>Points that a criterion counts.</summary>
    public int Points { get; init; }
}

/// <summary>The verdicts of a plan. The names are also those of the JSON output.</summary>
internal enum Finding
{
    // Criteria of the checklist.
    BusinessCapability,
    AutonomousTeam,
    OwnData,
    EventualConsistency,
    HighChangeFrequency,
    HighLoad,
    FreedomOfTechnology,

    // Doubts about a context.
    NoCapability,
    NoData,
    NoInvariants,
    SmallTeam,
    DependentTeam,
    SharedTeam,
    SeveralTeams,
    StrongWithoutPartner,
    LooksLikeAnEdge,

    // A dependency across a cut.
    Calls,
    Consumes,
    Reads,
    SagaStep,
    AgreesLater,

    // Reasons for a cut.
    OtherCapability,
    OwnDecisions,
    SeldomChangedTogether,
    OtherTeams,
    OtherLoad,

    // Doubts about a cut.
    OftenChangedTogether,
    StrongAcrossTheCut,
    ChattyCalls,
    ForeignData,
    Circle,

    // Reasons to keep together.
    OneTransaction,
    ChangedTogether,
    SameCapability,
    TooFewPoints,

    // Until when.
    UntilUndone,
    UntilChangedApart,
    UntilOwnCapability,
    UntilEnoughPoints,
}
