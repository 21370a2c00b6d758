using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Registration;

internal static partial class RegistrationLog
{
    [LoggerMessage(EventId = 1001, Level = LogLevel.Debug, Message = "Registered {Kind} {Name}")]
    internal static partial void Registered(this ILogger logger, string kind, string name);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Warning, Message = "A {Kind} named {Name} is registered already; the first registration counts")]
    internal static partial void RegisteredBefore(this ILogger logger, string kind, string name);
}
