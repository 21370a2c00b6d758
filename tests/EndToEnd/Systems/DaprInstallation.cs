namespace EndToEnd.Systems;

/// <summary>The programs of a Dapr installation. Without placement and scheduler daprd has neither actors nor workflows, unless it is the
/// embedded one.</summary>
/// <param name="Sentry">With it all talk by mTLS, each app's daprd knows its callers, and the access lists apply.</param>
internal sealed record DaprInstallation(
    IReadOnlyList<string> Daprd,
    string? Placement = null,
    string? Scheduler = null,
    string? Cli = null,
    string? Sentry = null
)
{
    /// <summary>The programs that <c>DAPRD_PATH</c>, <c>PLACEMENT_PATH</c> and <c>SCHEDULER_PATH</c> name (and <c>DAPR_CLI_PATH</c>, for
    /// tests of <c>dapr run</c>), for the whole suite to run on; null without the first. Sentry is for the tests that ask for it.</summary>
    public static DaprInstallation? OfSuite { get; } =
        Path("DAPRD_PATH") is { } daprd ? new([daprd], Path("PLACEMENT_PATH"), Path("SCHEDULER_PATH"), Path("DAPR_CLI_PATH")) : null;

    /// <summary><see cref="OfSuite"/> with the sentry that <c>SENTRY_PATH</c> names; null without either.</summary>
    public static DaprInstallation? WithSentry { get; } =
        OfSuite is { } suite && Path("SENTRY_PATH") is { } sentry ? suite with { Sentry = sentry } : null;

    /// <summary>The embedded sidecar in daprd's place: a process for each app, with daprd's flags.</summary>
    public static DaprInstallation Embedded { get; } = new(["dotnet", Repository.Sidecar, "daprd"]);

    /// <summary>The embedded sidecar's own run, also where the suite runs on a daprd.</summary>
    public static DaprInstallation EmbeddedRun { get; } = new([]);

    private static string? Path(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path ? path : null;
}

/// <summary>A case about the command of the embedded sidecar: its output, its records and its refusals.</summary>
internal sealed class EmbeddedRunFactAttribute : FactAttribute
{
    public const string Reason = "is about the embedded sidecar's run, and DAPRD_PATH names a daprd";

    public EmbeddedRunFactAttribute() => Skip = DaprInstallation.OfSuite is null ? null : Reason;
}

/// <summary>As <see cref="EmbeddedRunFactAttribute"/>, with cases.</summary>
internal sealed class EmbeddedRunTheoryAttribute : TheoryAttribute
{
    public EmbeddedRunTheoryAttribute() => Skip = DaprInstallation.OfSuite is null ? null : EmbeddedRunFactAttribute.Reason;
}
