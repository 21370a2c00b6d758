using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Api;

/// <summary>An instance in the form of the management API.</summary>
internal sealed record WorkflowInfo(
    string InstanceId,
    string WorkflowName,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastUpdatedAt,
    string RuntimeStatus,
    IReadOnlyDictionary<string, string> Properties
)
{
    public static WorkflowInfo Of(WorkflowState state) =>
        new(
            state.InstanceId,
            state.Name,
            state.CreatedTimestamp.ToDateTimeOffset(),
            state.LastUpdatedTimestamp.ToDateTimeOffset(),
            StatusName(state.WorkflowStatus),
            PropertiesOf(state)
        );

    private static Dictionary<string, string> PropertiesOf(WorkflowState state)
    {
        var properties = new Dictionary<string, string>();
        if (state.CustomStatus is { } custom)
        {
            properties["dapr.workflow.custom_status"] = custom;
        }

        if (state.Input is { } input)
        {
            properties["dapr.workflow.input"] = input;
        }
        // A failed workflow has no output, even if its last answer carried a text.
        if (state.Output is { } output && state.FailureDetails is null)
        {
            properties["dapr.workflow.output"] = output;
        }

        if (state.FailureDetails is { } failure)
        {
            properties["dapr.workflow.failure.error_type"] = failure.ErrorType;
            properties["dapr.workflow.failure.error_message"] = failure.ErrorMessage;
            if (failure.StackTrace is { } stack)
            {
                properties["dapr.workflow.failure.stack_trace"] = stack;
            }
        }

        return properties;
    }

    /// <summary>The API has no word for a stalled instance.</summary>
    internal static string StatusName(OrchestrationStatus status) =>
        status switch
        {
            OrchestrationStatus.Running => "RUNNING",
            OrchestrationStatus.Completed => "COMPLETED",
            OrchestrationStatus.ContinuedAsNew => "CONTINUED_AS_NEW",
            OrchestrationStatus.Failed => "FAILED",
            OrchestrationStatus.Canceled => "CANCELED",
            OrchestrationStatus.Terminated => "TERMINATED",
            OrchestrationStatus.Pending => "PENDING",
            OrchestrationStatus.Suspended => "SUSPENDED",
            _ => "UNKNOWN",
        };
}
