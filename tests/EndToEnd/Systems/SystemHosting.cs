namespace EndToEnd.Systems;

/// <summary>
/// Says where the sidecars and the apps of a system run. The test process is the default, because a process of its own costs each of them a
/// second or two of CPU. A case about processes asks for them: kills, signals, exit codes, scheduling, metrics and spans of one system.
/// </summary>
/// <param name="OwnProcesses">The apps that run in a process of their own; null for all, and the sidecars too.</param>
/// <param name="IsKillable">Whether everything else runs in one process beside the tests, which a test can kill.</param>
internal sealed record SystemHosting(IReadOnlyList<string>? OwnProcesses, bool IsKillable = false)
{
    public static SystemHosting TestProcess { get; } = new([]);

    public static SystemHosting Processes { get; } = new(OwnProcesses: null);

    /// <summary>All sidecars and apps run in one process beside the tests, and end together when it is killed.</summary>
    public static SystemHosting OneProcess { get; } = new([], IsKillable: true);

    /// <summary>The sidecars and most apps run in the test process. These apps run in a process of their own, so a test can kill them.</summary>
    public static SystemHosting TestProcessExcept(params string[] apps) => new(apps);
}
