using Dapr.Common.Serialization;
using Dapr.Workflow.Protocol;
using Microsoft.Extensions.Logging;
using Kind = Dapr.Workflow.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Replay;

/// <summary>
/// One turn of a workflow: runs the code from its start against the history and answers with the new actions.
/// Runs to its end on the calling thread; a failure of any kind becomes the outcome of the instance.
/// </summary>
internal sealed class Turn(IWorkflow workflow, Execution execution, IDaprSerializer serializer, ILoggerFactory loggers)
{
    private readonly TurnScheduler _scheduler = new();
    private ReplayContext _context = null!;
    private Task<object?> _run = null!;

    internal WorkflowResponse Run()
    {
        _context = new ReplayContext(execution, _scheduler, serializer, loggers);
        try
        {
            _scheduler.Run(Start);
            Play(execution.Past, replaying: true);
            Play(execution.Recent, replaying: false);
        }
        catch (NonDeterminismException violation)
        {
            return Failed(violation);
        }
        finally
        {
            _context.Release();
            _scheduler.Close();
        }

        return Respond();
    }

    private void Start()
    {
        var input = string.IsNullOrEmpty(execution.Input) ? null : serializer.Deserialize(execution.Input, workflow.InputType);
        _run = workflow.RunAsync(_context, input);
    }

    private void Play(IReadOnlyList<HistoryEvent> events, bool replaying)
    {
        if (events.Count == 0)
        {
            return;
        }

        _context.Replaying = replaying;
        for (var i = 0; i < events.Count; i++)
        {
            Play(events[i]);
            if (_context.Log.Violation is { } violation)
            {
                throw violation;
            }
        }
    }

    private void Play(HistoryEvent happened)
    {
        switch (happened.EventTypeCase)
        {
            case Kind.WorkflowStarted:
                _context.Now = happened.Timestamp?.ToDateTime() ?? _context.Now;
                break;
            case Kind.TaskScheduled or Kind.ChildWorkflowInstanceCreated or Kind.TimerCreated or Kind.EventSent:
                _context.Log.Confirm(happened);
                break;
            case Kind.EventRaised:
                Resume(_context.Inbox.Raise(happened), happened);
                break;
            default:
                Resume(Outcome(happened), happened);
                break;
        }
    }

    private IOperation? Outcome(HistoryEvent happened) => happened.EventTypeCase switch
    {
        Kind.TaskCompleted => _context.Log.Outcome(
            happened, happened.TaskCompleted.TaskScheduledId, ActionKind.Activity, happened.TaskCompleted.TaskExecutionId),
        Kind.TaskFailed => _context.Log.Outcome(
            happened, happened.TaskFailed.TaskScheduledId, ActionKind.Activity, happened.TaskFailed.TaskExecutionId),
        Kind.ChildWorkflowInstanceCompleted => _context.Log.Outcome(
            happened, happened.ChildWorkflowInstanceCompleted.TaskScheduledId, ActionKind.ChildWorkflow),
        Kind.ChildWorkflowInstanceFailed => _context.Log.Outcome(
            happened, happened.ChildWorkflowInstanceFailed.TaskScheduledId, ActionKind.ChildWorkflow),
        Kind.TimerFired => _context.Log.Outcome(happened, happened.TimerFired.TimerId, ActionKind.Timer),

        // Life-cycle events, and kinds a newer sidecar may add: nothing that workflow code could wait for.
        _ => null,
    };

    private void Resume(IOperation? operation, HistoryEvent outcome)
    {
        if (operation is not null)
        {
            _scheduler.Run(() => _scheduler.Complete(static it => it.operation.Complete(it.outcome), (operation, outcome)));
        }
    }

    private WorkflowResponse Respond()
    {
        if (_context.NextExecution is { } next)
        {
            // Only now: events of this turn that came after the call are to go over too.
            if (_context.PreserveUntakenEvents)
            {
                next.CarryoverEvents.AddRange(_context.Inbox.Untaken);
            }

            return Response();
        }

        if (!_run.IsCompleted)
        {
            return IsStuck
                ? Failed(_context.Log.Violated("it awaits something that is no workflow operation, such as Task.Delay, Task.Run or I/O"))
                : Response();
        }

        return Completed();
    }

    private bool IsStuck => !_context.Log.HasOpenOperations && !_context.Inbox.IsAwaited;

    private WorkflowResponse Completed()
    {
        var response = Response();
        response.Actions.Add(new WorkflowAction
        {
            CompleteWorkflow = _run.IsCompletedSuccessfully
                ? new CompleteWorkflowAction
                {
                    WorkflowStatus = OrchestrationStatus.Completed,
                    Result = _run.Result is { } output ? serializer.Serialize(output, null) : string.Empty,
                }
                : Responses.FailedCompletion(Failure()),
        });
        return response;
    }

    // As an await would throw it: the first failure, and a cancellation as its own exception.
    private TaskFailureDetails Failure()
    {
        try
        {
            _run.GetAwaiter().GetResult();
            throw new InvalidOperationException("The workflow did not fail.");
        }
        catch (Exception failure)
        {
            return Failures.ToWire(failure, final: true);
        }
    }

    private WorkflowResponse Failed(NonDeterminismException violation)
    {
        loggers.CreateLogger<Turn>().NotDeterministic(execution.Name, execution.InstanceId, violation.Message);
        return new WorkflowResponse
        {
            InstanceId = execution.InstanceId,
            Actions = { new WorkflowAction { CompleteWorkflow = Responses.FailedCompletion(Failures.ToWire(violation, final: true)) } },
        };
    }

    private WorkflowResponse Response() => new()
    {
        InstanceId = execution.InstanceId,
        Actions = { _context.Log.Pending() },
        CustomStatus = _context.CustomStatus is { } status ? serializer.Serialize(status, null) : null,
        Version = _context.Patches.Version(execution.Name),
    };
}
