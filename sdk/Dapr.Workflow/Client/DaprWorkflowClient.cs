using Dapr.Common.Serialization;
using Dapr.Workflow.Client;
using Dapr.Workflow.Connection;
using Dapr.Workflow.Protocol;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

/// <inheritdoc cref="IDaprWorkflowClient"/>
public sealed class DaprWorkflowClient : IDaprWorkflowClient
{
    private readonly TaskHub _hub;
    private readonly bool _ownsHub;
    private readonly IDaprSerializer _serializer;
    private readonly ILogger _logger;
    private readonly InstanceWait _wait;

    internal DaprWorkflowClient(TaskHub hub, bool ownsHub, IDaprSerializer serializer, ILogger logger, TimeProvider time)
    {
        _hub = hub;
        _ownsHub = ownsHub;
        _serializer = serializer;
        _logger = logger;
        _wait = new InstanceWait(hub, time, logger);
    }

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, (DateTimeOffset?)null, CancellationToken.None);

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, (DateTimeOffset?)startTime, CancellationToken.None);

    /// <inheritdoc/>
    public async Task<string> ScheduleNewWorkflowAsync(
        string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var response = await _hub.Client.StartInstanceAsync(
            new CreateInstanceRequest
            {
                InstanceId = instanceId ?? Guid.NewGuid().ToString(),
                Name = name,
                Input = Payload(input),
                ScheduledStartTimestamp = startTime is { } start ? Timestamp.FromDateTimeOffset(start) : null,
                ParentTraceContext = Tracing.Current(),
            },
            _hub.Headers.With(cancellation));
        _logger.Started(name, response.InstanceId);
        return response.InstanceId;
    }

    /// <inheritdoc/>
    public async Task<WorkflowState> GetWorkflowStateAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default)
    {
        try
        {
            var response = await _hub.Client.GetInstanceAsync(Get(instanceId, getInputsAndOutputs), _hub.Headers.With(cancellation));
            return State(response.Exists ? response.WorkflowState : null);
        }
        catch (RpcException missing) when (missing.StatusCode == StatusCode.NotFound)
        {
            return State(null);
        }
    }

    /// <inheritdoc/>
    public async Task<WorkflowState> WaitForWorkflowStartAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        State(await _wait.UntilAsync(_hub.Client.WaitForInstanceStartAsync, Get(instanceId, getInputsAndOutputs), cancellation));

    /// <inheritdoc/>
    public async Task<WorkflowState> WaitForWorkflowCompletionAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        State(await _wait.UntilAsync(_hub.Client.WaitForInstanceCompletionAsync, Get(instanceId, getInputsAndOutputs), cancellation));

    /// <inheritdoc/>
    public async Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        await _hub.Client.RaiseEventAsync(
            new RaiseEventRequest { InstanceId = instanceId, Name = eventName, Input = Payload(eventPayload) },
            _hub.Headers.With(cancellation));
    }

    /// <inheritdoc/>
    public async Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        await _hub.Client.TerminateInstanceAsync(
            new TerminateRequest { InstanceId = instanceId, Output = Payload(output), Recursive = true },
            _hub.Headers.With(cancellation));
    }

    /// <inheritdoc/>
    public async Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        await _hub.Client.SuspendInstanceAsync(
            new SuspendRequest { InstanceId = instanceId, Reason = reason ?? string.Empty }, _hub.Headers.With(cancellation));
    }

    /// <inheritdoc/>
    public async Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        await _hub.Client.ResumeInstanceAsync(
            new ResumeRequest { InstanceId = instanceId, Reason = reason ?? string.Empty }, _hub.Headers.With(cancellation));
    }

    /// <inheritdoc/>
    public async Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var response = await _hub.Client.PurgeInstancesAsync(
            new PurgeInstancesRequest { InstanceId = instanceId, Recursive = true }, _hub.Headers.With(cancellation));
        return response.DeletedInstanceCount > 0;
    }

    /// <inheritdoc/>
    public async Task<WorkflowInstancePage> ListInstanceIdsAsync(
        string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default)
    {
        var request = new ListInstanceIDsRequest();
        if (continuationToken is not null)
        {
            request.ContinuationToken = continuationToken;
        }

        if (pageSize is { } size)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(pageSize));
            request.PageSize = (uint)size;
        }

        var response = await _hub.Client.ListInstanceIDsAsync(request, _hub.Headers.With(cancellation));
        return new WorkflowInstancePage([.. response.InstanceIds], response.HasContinuationToken ? response.ContinuationToken : null);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(
        string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var response = await _hub.Client.GetInstanceHistoryAsync(
            new GetInstanceHistoryRequest { InstanceId = instanceId }, _hub.Headers.With(cancellation));
        return [.. response.Events.Select(WireStates.Event)];
    }

    /// <inheritdoc/>
    public async Task<string> RerunWorkflowFromEventAsync(
        string sourceInstanceId, uint eventId, RerunWorkflowFromEventOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourceInstanceId);
        options ??= new RerunWorkflowFromEventOptions();
        if (options is { Input: not null, OverwriteInput: false })
        {
            throw new ArgumentException(
                $"{nameof(RerunWorkflowFromEventOptions.OverwriteInput)} must be true when {nameof(RerunWorkflowFromEventOptions.Input)} is set.",
                nameof(options));
        }

        var request = new RerunWorkflowFromEventRequest
        {
            SourceInstanceID = sourceInstanceId,
            EventID = eventId,
            OverwriteInput = options.OverwriteInput,
            Input = options.OverwriteInput ? Payload(options.Input) : null,
        };
        if (options.NewInstanceId is not null)
        {
            request.NewInstanceID = options.NewInstanceId;
        }

        return (await _hub.Client.RerunWorkflowFromEventAsync(request, _hub.Headers.With(cancellation))).NewInstanceID;
    }

    /// <summary>Closes the connection if this client was built without a container; the container's is shared.</summary>
    public void Dispose()
    {
        if (_ownsHub)
        {
            _hub.Dispose();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static GetInstanceRequest Get(string instanceId, bool getInputsAndOutputs)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = getInputsAndOutputs };
    }

    private WorkflowState State(Protocol.WorkflowState? state) => new(state, _serializer);

    private string Payload(object? value) => value is null ? string.Empty : _serializer.Serialize(value, null);
}
