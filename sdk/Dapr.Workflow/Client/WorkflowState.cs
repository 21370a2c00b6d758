using Dapr.Common.Serialization;
using Dapr.Workflow.Client;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Workflow;

/// <summary>The state of an instance at one moment. Of a missing instance everything but <see cref="Exists"/> is a default.</summary>
public sealed class WorkflowState
{
    private readonly Protocol.WorkflowState? _state;
    private readonly IDaprSerializer _serializer;

    internal WorkflowState(Protocol.WorkflowState? state, IDaprSerializer serializer)
    {
        _state = state;
        _serializer = serializer;
    }

    public string? WorkflowName => _state?.Name;

    public bool Exists => _state is not null;

    public bool IsWorkflowRunning => RuntimeStatus == WorkflowRuntimeStatus.Running;

    public bool IsWorkflowCompleted => RuntimeStatus
        is WorkflowRuntimeStatus.Completed or WorkflowRuntimeStatus.Failed or WorkflowRuntimeStatus.Terminated;

    public DateTimeOffset CreatedAt => Time(_state?.CreatedTimestamp);

    public DateTimeOffset LastUpdatedAt => Time(_state?.LastUpdatedTimestamp);

    public WorkflowRuntimeStatus RuntimeStatus =>
        _state is null ? WorkflowRuntimeStatus.Unknown : WireStates.Status(_state.WorkflowStatus);

    /// <summary>Null unless the instance failed.</summary>
    public WorkflowTaskFailureDetails? FailureDetails => Failures.FromWire(_state?.FailureDetails);

    /// <summary>A default where there is no input, or it was not asked for.</summary>
    public T? ReadInputAs<T>() => Read<T>(_state?.Input);

    /// <inheritdoc cref="ReadInputAs{T}"/>
    public T? ReadOutputAs<T>() => Read<T>(_state?.Output);

    /// <inheritdoc cref="ReadInputAs{T}"/>
    public T? ReadCustomStatusAs<T>() => Read<T>(_state?.CustomStatus);

    private static DateTimeOffset Time(Timestamp? time) => time?.ToDateTimeOffset() ?? default;

    private T? Read<T>(string? payload) => string.IsNullOrEmpty(payload) ? default : _serializer.Deserialize<T>(payload);
}
