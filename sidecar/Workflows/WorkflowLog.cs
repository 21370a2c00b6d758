namespace Sidecar.Workflows;

/// <summary>Log messages of the workflow engine; event ids 4000 to 4099.</summary>
internal static partial class WorkflowLog
{
    [LoggerMessage(4000, LogLevel.Information, "Workflow worker connected, {Workers} now")]
    public static partial void WorkerConnected(this ILogger logger, int workers);

    [LoggerMessage(4001, LogLevel.Information, "Workflow worker disconnected, {Workers} left")]
    public static partial void WorkerDisconnected(this ILogger logger, int workers);

    [LoggerMessage(4002, LogLevel.Debug, "Ignored an answer to work that is over or was handed out anew: {WorkKey}")]
    public static partial void AnswerIgnored(this ILogger logger, string workKey);

    [LoggerMessage(4003, LogLevel.Debug, "Workflow instance {InstanceId} ({WorkflowName}) ended as {RuntimeStatus}")]
    public static partial void InstanceEnded(this ILogger logger, string instanceId, string? workflowName, string runtimeStatus);

    [LoggerMessage(4004, LogLevel.Warning, "Workflow instance {InstanceId} is stalled: {Reason} {Description}")]
    public static partial void InstanceStalled(this ILogger logger, string instanceId, string reason, string description);

    [LoggerMessage(
        4005,
        LogLevel.Debug,
        "Workflow instance {InstanceId} dropped a {EventKind} that settles nothing (duplicate or of an earlier execution)"
    )]
    public static partial void EventDropped(this ILogger logger, string instanceId, string eventKind);

    [LoggerMessage(
        4016,
        LogLevel.Information,
        "Workflow instance {InstanceId} of {Workflow} was begun by another runtime and goes on here"
    )]
    public static partial void InstanceAdopted(this ILogger logger, string instanceId, string? workflow);

    [LoggerMessage(4006, LogLevel.Error, "Workflow instance {InstanceId} could not be saved and is read again in {Delay}: {Reason}")]
    public static partial void CommitFailed(this ILogger logger, string instanceId, TimeSpan delay, string reason);

    [LoggerMessage(
        4007,
        LogLevel.Warning,
        "Workflow instance {InstanceId}: the worker repeated actions that the history already has, ids {EventIds}"
    )]
    public static partial void ActionsRepeated(this ILogger logger, string instanceId, IReadOnlyList<int> eventIds);

    [LoggerMessage(
        4008,
        LogLevel.Warning,
        "App {TargetAppId} is not reachable from workflow instance {InstanceId}: did not find address for actor; trying again in {Delay}"
    )]
    public static partial void PeerMissing(this ILogger logger, string targetAppId, string instanceId, TimeSpan delay);

    [LoggerMessage(4009, LogLevel.Error, "Workflow instance {InstanceId}: the worker's answer can't be applied")]
    public static partial void AnswerInvalid(this ILogger logger, Exception failure, string instanceId);

    [LoggerMessage(4010, LogLevel.Information, "Workflow engine of {AppId} resumed {Instances} unfinished instances")]
    public static partial void EngineStarted(this ILogger logger, string appId, int instances);

    [LoggerMessage(4011, LogLevel.Warning, "Message of workflow instance {InstanceId} for {TargetInstanceId} dropped: {Reason}")]
    public static partial void MessageDropped(this ILogger logger, string instanceId, string targetInstanceId, string reason);

    [LoggerMessage(
        4013,
        LogLevel.Warning,
        "Workflow instance {InstanceId} could not be purged at the end of its retention: {Reason}; trying again in {Delay}"
    )]
    public static partial void RetentionFailed(this ILogger logger, string instanceId, TimeSpan delay, string reason);

    [LoggerMessage(4012, LogLevel.Error, "Workflow instance {InstanceId} failed in its own loop and is read again")]
    public static partial void InstanceFaulted(this ILogger logger, Exception failure, string instanceId);
}
