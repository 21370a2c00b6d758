using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Replay;

internal static partial class ReplayLog
{
    [LoggerMessage(EventId = 1101, Level = LogLevel.Error, Message = "Workflow {Workflow} of instance {InstanceId} failed: {Reason}")]
    internal static partial void NotDeterministic(this ILogger logger, string workflow, string instanceId, string reason);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Error, Message = "Workflow {Workflow} of instance {InstanceId} is not registered in this app")]
    internal static partial void WorkflowNotRegistered(this ILogger logger, string workflow, string instanceId);

    [LoggerMessage(EventId = 1103, Level = LogLevel.Error, Message = "Workflow {Workflow} of instance {InstanceId} could not be created")]
    internal static partial void WorkflowNotCreated(this ILogger logger, Exception failure, string workflow, string instanceId);

    [LoggerMessage(EventId = 1104, Level = LogLevel.Error, Message = "The turn of instance {InstanceId} failed")]
    internal static partial void TurnFailed(this ILogger logger, Exception failure, string instanceId);
}
