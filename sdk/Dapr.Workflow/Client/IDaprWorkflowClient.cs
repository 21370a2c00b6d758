using Dapr.Common;
using Dapr.Workflow.Client;

namespace Dapr.Workflow;

/// <summary>
/// Starts and manages workflow instances. Calls fail with <see cref="Grpc.Core.RpcException"/> when the sidecar refuses or is not there.
/// </summary>
public interface IDaprWorkflowClient : IDaprClient, IAsyncDisposable
{
    /// <inheritdoc cref="ScheduleNewWorkflowAsync(string, string, object, DateTimeOffset?, CancellationToken)"/>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null);

    /// <inheritdoc cref="ScheduleNewWorkflowAsync(string, string, object, DateTimeOffset?, CancellationToken)"/>
    /// <remarks>A <paramref name="startTime"/> of unspecified kind is local time.</remarks>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime);

    /// <summary>Starts an instance. An id of a running instance is refused with AlreadyExists, one of a finished instance is taken over.</summary>
    /// <returns>The instance id, a new one unless <paramref name="instanceId"/> is given.</returns>
    Task<string> ScheduleNewWorkflowAsync(
        string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default);

    /// <summary>A missing instance is no error but a state that does not exist.</summary>
    Task<WorkflowState> GetWorkflowStateAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Waits until the instance has left the pending state. Outlasts a sidecar that is away for a while.</summary>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    Task<WorkflowState> WaitForWorkflowStartAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Waits until the instance has completed, failed or been terminated. Outlasts a sidecar that is away for a while.</summary>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    Task<WorkflowState> WaitForWorkflowCompletionAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Raises an event. Not idempotent: raised twice it is received twice.</summary>
    Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default);

    /// <summary>Ends an instance and its children where they stand; running activities are not stopped.</summary>
    Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default);

    Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Deletes a finished instance and its children.</summary>
    /// <returns>False when nothing was deleted.</returns>
    Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default);

    /// <param name="continuationToken">Of the page before; null for the first page.</param>
    /// <param name="pageSize">Positive; null leaves it to the sidecar.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<WorkflowInstancePage> ListInstanceIdsAsync(
        string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default);

    Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Starts a new instance with the source's history up to an event, which happens again.</summary>
    /// <returns>The id of the new instance.</returns>
    /// <exception cref="ArgumentException">An input is given without <see cref="RerunWorkflowFromEventOptions.OverwriteInput"/>.</exception>
    Task<string> RerunWorkflowFromEventAsync(
        string sourceInstanceId, uint eventId, RerunWorkflowFromEventOptions? options = null, CancellationToken cancellation = default);
}
