using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>
/// The numbered actions of one execution: checks each against what the history records, keeps the new ones for the
/// response and hands outcomes to what waits for them.
/// </summary>
internal sealed class ActionLog(RecordedSteps recorded, string workflow, string instanceId)
{
    private readonly List<Step> _steps = [];

    // Outcomes that came before the action they belong to; each is taken by the action when that comes.
    private readonly Dictionary<int, HistoryEvent> _early = [];
    private Dictionary<int, Step>? _renumberedChildren;

    internal int NextId => _steps.Count;

    /// <summary>The first mismatch between code and history. Kept here because workflow code can catch the exception.</summary>
    internal NonDeterminismException? Violation { get; private set; }

    internal bool HasOpenOperations => _steps.Exists(step => step.Operation is { IsOpen: true });

    /// <summary>The event recorded where the next action will stand.</summary>
    internal HistoryEvent? RecordedNext => recorded.At(NextId);

    /// <summary>Takes the next id for an action. The answer tells whether it is new, so that an action has to be sent.</summary>
    /// <exception cref="NonDeterminismException">The history records another action at this id.</exception>
    internal bool Take(ActionKind kind, string name, IOperation? operation, out Step step, string? taskExecutionId = null, string? childInstanceId = null)
    {
        var id = NextId;
        step = new Step(kind, name, operation, taskExecutionId);
        var known = recorded.At(id);
        if (known is not null && !RecordedSteps.Fits(known, kind, name))
        {
            known = Renumbered(step, childInstanceId)
                ?? throw Violated($"event {id} records {RecordedSteps.Describe(known)}, but the code asks for {RecordedSteps.Describe(kind, name)}");
        }
        else if (known is null)
        {
            known = Renumbered(step, childInstanceId);
        }

        _steps.Add(step);
        if (!_early.Remove(id, out var outcome))
        {
            return known is null;
        }

        operation?.Complete(outcome);
        return false;
    }

    /// <summary>A recorded action that the code should have taken by now.</summary>
    /// <exception cref="NonDeterminismException">The code has not.</exception>
    internal void Confirm(HistoryEvent action)
    {
        if (action.EventId >= _steps.Count && _renumberedChildren?.ContainsKey(action.EventId) != true)
        {
            throw Violated($"event {action.EventId} records {RecordedSteps.Describe(action)}, but the code did not ask for it");
        }
    }

    /// <summary>The operation an outcome belongs to; null when it came early (then it is kept) or again (then it is dropped).</summary>
    internal IOperation? Outcome(HistoryEvent outcome, int id, ActionKind kind, string? taskExecutionId = null)
    {
        var step = Find(id, taskExecutionId);
        if (step is null)
        {
            _early.TryAdd(id, outcome);
            return null;
        }

        if (step.Kind != kind)
        {
            throw Violated($"event {id} has the outcome of {RecordedSteps.Describe(kind, string.Empty)}, but the code asked for {RecordedSteps.Describe(step.Kind, step.Name)}");
        }

        step.Action = null;
        return step.Operation is { IsOpen: true } open ? open : null;
    }

    /// <summary>The new actions in order, numbered.</summary>
    internal IEnumerable<WorkflowAction> Pending()
    {
        for (var id = 0; id < _steps.Count; id++)
        {
            if (_steps[id].Action is { } action)
            {
                action.Id = id;
                yield return action;
            }
        }
    }

    internal NonDeterminismException Violated(string what)
    {
        var violation = new NonDeterminismException(
            $"Workflow '{workflow}', instance '{instanceId}', is not deterministic: {what}. "
            + "Code of running workflows may change only behind IsPatched or under a new name.");
        Violation ??= violation;
        return violation;
    }

    private Step? Find(int id, string? taskExecutionId)
    {
        if ((uint)id < (uint)_steps.Count)
        {
            return _steps[id];
        }

        return _renumberedChildren?.GetValueOrDefault(id)
            ?? (string.IsNullOrEmpty(taskExecutionId) ? null : _steps.Find(step => step.TaskExecutionId == taskExecutionId));
    }

    private HistoryEvent? Renumbered(Step step, string? childInstanceId)
    {
        if (childInstanceId is null || recorded.Child(childInstanceId) is not { } child)
        {
            return null;
        }

        (_renumberedChildren ??= [])[child.EventId] = step;
        return child;
    }
}
