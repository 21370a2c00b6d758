using Dapr.Workflow.Protocol;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

internal static partial class WorkerLog
{
    [LoggerMessage(EventId = 1301, Level = LogLevel.Debug, Message = "The workflow worker started")]
    internal static partial void WorkerStarted(this ILogger logger);

    [LoggerMessage(EventId = 1302, Level = LogLevel.Debug, Message = "The workflow worker stopped with no work left")]
    internal static partial void WorkerStopped(this ILogger logger);

    [LoggerMessage(EventId = 1303, Level = LogLevel.Debug, Message = "Opened a stream of workflow work items")]
    internal static partial void StreamOpened(this ILogger logger);

    [LoggerMessage(EventId = 1304, Level = LogLevel.Information, Message = "The sidecar ended the stream of workflow work items")]
    internal static partial void StreamEnded(this ILogger logger);

    [LoggerMessage(EventId = 1305, Level = LogLevel.Warning, Message = "The stream of workflow work items broke; failures before: {Failures}")]
    internal static partial void StreamBroken(this ILogger logger, Exception failure, int failures);

    [LoggerMessage(EventId = 1306, Level = LogLevel.Debug, Message = "Keep-alive ended with its stream")]
    internal static partial void GreetingEnded(this ILogger logger);

    [LoggerMessage(EventId = 1307, Level = LogLevel.Information, Message = "The sidecar did not answer a keep-alive")]
    internal static partial void GreetingUnheard(this ILogger logger, Exception failure);

    [LoggerMessage(EventId = 1311, Level = LogLevel.Warning, Message = "A work item of unknown kind {Kind} was ignored")]
    internal static partial void UnknownWorkItem(this ILogger logger, WorkItem.RequestOneofCase kind);

    [LoggerMessage(EventId = 1312, Level = LogLevel.Information, Message = "Activity {Activity}, task {TaskId}, was handed out again and is still running; its result goes to the newer hand-out")]
    internal static partial void ActivityTakenOver(this ILogger logger, string activity, int taskId);

    [LoggerMessage(EventId = 1313, Level = LogLevel.Warning, Message = "Work on {What} was abandoned at shutdown")]
    internal static partial void WorkAbandoned(this ILogger logger, string what);

    [LoggerMessage(EventId = 1314, Level = LogLevel.Error, Message = "Work on {What} failed outside of its own code")]
    internal static partial void WorkFailed(this ILogger logger, Exception failure, string what);

    [LoggerMessage(EventId = 1315, Level = LogLevel.Error, Message = "The history of instance {InstanceId} could not be read")]
    internal static partial void HistoryUnreadable(this ILogger logger, Exception failure, string instanceId);

    [LoggerMessage(EventId = 1321, Level = LogLevel.Warning, Message = "Activity {Activity} of instance {InstanceId}, task {TaskId}, failed")]
    internal static partial void ActivityFailed(this ILogger logger, Exception failure, string activity, string instanceId, int taskId);

    [LoggerMessage(EventId = 1322, Level = LogLevel.Error, Message = "Activity {Activity} of instance {InstanceId} is not registered in this app")]
    internal static partial void ActivityNotRegistered(this ILogger logger, string activity, string instanceId);

    [LoggerMessage(EventId = 1323, Level = LogLevel.Error, Message = "Activity {Activity} of instance {InstanceId} could not be created")]
    internal static partial void ActivityNotCreated(this ILogger logger, Exception failure, string activity, string instanceId);

    [LoggerMessage(EventId = 1331, Level = LogLevel.Information, Message = "The sidecar is away; the result for instance {InstanceId} waits, failures: {Failures}, reason: {Reason}")]
    internal static partial void CompletionDelayed(this ILogger logger, string instanceId, int failures, string reason);

    [LoggerMessage(EventId = 1332, Level = LogLevel.Error, Message = "The sidecar did not take the result for instance {InstanceId}")]
    internal static partial void CompletionDropped(this ILogger logger, Exception failure, string instanceId);

    [LoggerMessage(EventId = 1333, Level = LogLevel.Error, Message = "The result for instance {InstanceId} is too large for the sidecar")]
    internal static partial void TooLarge(this ILogger logger, Exception failure, string instanceId);
}
