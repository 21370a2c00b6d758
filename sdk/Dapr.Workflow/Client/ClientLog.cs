using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Client;

internal static partial class ClientLog
{
    [LoggerMessage(EventId = 1201, Level = LogLevel.Debug, Message = "Started workflow {Workflow} as instance {InstanceId}")]
    internal static partial void Started(this ILogger logger, string workflow, string instanceId);

    [LoggerMessage(EventId = 1202, Level = LogLevel.Information, Message = "Waiting for instance {InstanceId} was interrupted ({Status}) and goes on")]
    internal static partial void WaitBroken(this ILogger logger, string instanceId, StatusCode status);
}
