using Dapr.Client.Autogen.Grpc.v1;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Api;

/// <summary>Instances in the form of the management API.</summary>
internal static class WorkflowInfo
{
    public static GetWorkflowResponse Of(WorkflowState state)
    {
        var info = new GetWorkflowResponse
        {
            InstanceId = state.InstanceId,
            WorkflowName = state.Name,
            CreatedAt = state.CreatedTimestamp,
            LastUpdatedAt = state.LastUpdatedTimestamp,
            RuntimeStatus = StatusName(state.WorkflowStatus),
        };
        info.Properties.Add(PropertiesOf(state));
        return info;
    }

    /// <summary>In the order of their names, in which Go writes a map as JSON.</summary>
    private static SortedDictionary<string, string> PropertiesOf(WorkflowState state)
    {
        var properties = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (state.CustomStatus is { } custom)
        {
            properties["dapr.workflow.custom_status"] = custom;
        }

        if (state.Input is { } input)
        {
            properties["dapr.workflow.input"] = input;
        }

        if (state.Output is { } output)
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
