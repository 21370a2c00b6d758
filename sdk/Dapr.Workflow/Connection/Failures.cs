using Dapr.Workflow.Protocol;

namespace Dapr.Workflow;

/// <summary>Failures between exceptions, the wire and the public type. The wire format carries one level only.</summary>
internal static class Failures
{
    internal static TaskFailureDetails ToWire(Exception failure, bool final = false) => new()
    {
        ErrorType = failure.GetType().FullName ?? failure.GetType().Name,
        ErrorMessage = failure.Message,
        StackTrace = failure.StackTrace ?? string.Empty,
        IsNonRetriable = final,
    };

    internal static TaskFailureDetails ToWire(string type, string message, bool final = false) => new()
    {
        ErrorType = type,
        ErrorMessage = message,
        StackTrace = string.Empty,
        IsNonRetriable = final,
    };

    internal static WorkflowTaskFailureDetails? FromWire(TaskFailureDetails? details) => details is null
        ? null
        : new WorkflowTaskFailureDetails(
            details.ErrorType, details.ErrorMessage, string.IsNullOrEmpty(details.StackTrace) ? null : details.StackTrace);

    /// <summary>For a failure event, which may lack its details.</summary>
    internal static WorkflowTaskFailureDetails FromEvent(TaskFailureDetails? details) =>
        FromWire(details) ?? new WorkflowTaskFailureDetails("Exception", "Unknown error", string.Empty);
}
