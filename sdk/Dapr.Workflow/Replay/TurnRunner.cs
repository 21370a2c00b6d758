using Dapr.Common.Serialization;
using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Lineage;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Replay;

/// <summary>Answers workflow work items. Holds nothing between turns: each is computed from its history alone.</summary>
internal sealed class TurnRunner(
    IWorkflowsFactory factory, IServiceScopeFactory scopes, IDaprSerializer serializer, ILoggerFactory loggers, TimeProvider time)
{
    private readonly ILogger _logger = loggers.CreateLogger<TurnRunner>();

    /// <param name="request">The work item.</param>
    /// <param name="past">The events to replay, complete.</param>
    /// <returns>Always an answer: what goes wrong here fails this instance.</returns>
    internal async Task<WorkflowResponse> RunAsync(WorkflowRequest request, IReadOnlyList<HistoryEvent> past)
    {
        var timeline = new Timeline(past, request.NewEvents);
        if (timeline.Termination is { } termination)
        {
            return Responses.Terminated(request.InstanceId, termination.Input);
        }

        // What came since waits in the history; the turn after the resume replays it and sends the actions.
        if (timeline.IsSuspended)
        {
            return Responses.Nothing(request.InstanceId);
        }

        using var trace = Tracing.Turn(timeline.Start?.ExecutionStarted.ParentTraceContext);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return Run(request, timeline, past, scope.ServiceProvider);
        }
        catch (Exception failure)
        {
            Tracing.Fail();
            _logger.TurnFailed(failure, request.InstanceId);
            return Responses.Failed(request.InstanceId, Failures.ToWire(failure));
        }
    }

    private WorkflowResponse Run(
        WorkflowRequest request, Timeline timeline, IReadOnlyList<HistoryEvent> past, IServiceProvider services)
    {
        if (timeline.WorkflowName is not { Length: > 0 } name)
        {
            return Responses.Failed(request.InstanceId, Failures.ToWire(
                "WorkflowNameMissing", "Workflow name missing and no routable workflow could be resolved.", final: true));
        }

        if (!factory.TryCreateWorkflow(new TaskIdentifier(name), services, out var workflow, out var activationException))
        {
            return NotCreated(request.InstanceId, name, activationException);
        }

        return new Turn(workflow!, Execution(request, timeline, past, name), serializer, loggers).Run();
    }

    private Execution Execution(WorkflowRequest request, Timeline timeline, IReadOnlyList<HistoryEvent> past, string name) => new(
        name,
        request.InstanceId,
        request.ExecutionId,
        timeline.AppId,
        timeline.Start?.ExecutionStarted.Input,
        past,
        request.NewEvents,
        timeline.StartedAt ?? time.GetUtcNow().UtcDateTime,
        LineageReader.Read(request.PropagatedHistory));

    private WorkflowResponse NotCreated(string instanceId, string name, Exception? activationException)
    {
        if (activationException is null)
        {
            _logger.WorkflowNotRegistered(name, instanceId);
            return Responses.Failed(instanceId, Failures.ToWire(
                "WorkflowNotFound", $"Workflow '{name}' is not registered in this app.", final: true));
        }

        _logger.WorkflowNotCreated(activationException, name, instanceId);
        var failure = Failures.ToWire(activationException, final: true);
        failure.ErrorMessage = $"Workflow '{name}' failed to activate: {activationException.Message}";
        return Responses.Failed(instanceId, failure);
    }
}
