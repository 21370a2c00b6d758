using Dapr.Workflow;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>How the saga's steps stand, kept as the workflow's custom status for those who ask.</summary>
internal sealed class StepLog
{
    private readonly WorkflowContext context;
    private readonly List<SagaStepView> steps;

    public StepLog(WorkflowContext context, IEnumerable<string> names)
    {
        this.context = context;
        steps = [.. names.Select(name => new SagaStepView(name, StepState.Pending))];
        context.SetCustomStatus(steps);
    }

    public IReadOnlyList<SagaStepView> Steps => [.. steps];

    public void Set(string name, StepState state, string? error = null)
    {
        steps[IndexOf(name)] = new SagaStepView(name, state, context.CurrentUtcDateTime, error);
        context.SetCustomStatus(Steps);
    }

    /// <summary>A step that failed stays shown as failed, also when it was undone to be sure; its error says why.</summary>
    public void SetCompensated(string name)
    {
        var before = steps[IndexOf(name)];
        Set(name, before.State == StepState.Failed ? StepState.Failed : StepState.Compensated, before.State == StepState.Failed ? before.Error : null);
    }

    /// <summary>The steps as they will be with <paramref name="name"/> in <paramref name="state"/>.</summary>
    public IReadOnlyList<SagaStepView> With(string name, StepState state)
    {
        var copy = steps.ToList();
        copy[IndexOf(name)] = new SagaStepView(name, copy[IndexOf(name)].State == StepState.Failed ? StepState.Failed : state, context.CurrentUtcDateTime, copy[IndexOf(name)].Error);
        return copy;
    }

    private int IndexOf(string name) => steps.FindIndex(step => step.Name == name);
}
