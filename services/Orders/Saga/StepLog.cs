using Dapr.Workflow;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>How the saga's steps stand, kept as the workflow's custom status for those who ask.</summary>
internal sealed class StepLog
{
    private readonly WorkflowContext context;

    public StepLog(WorkflowContext context, IReadOnlyList<SagaStepView> steps)
    {
        this.context = context;
        Steps = steps;
        context.SetCustomStatus(steps);
    }

    public IReadOnlyList<SagaStepView> Steps { get; private set; }

    public void Set(string name, StepState state, string? error = null) => Become(Steps.With(name, state, context.CurrentUtcDateTime, error));

    public void SetUndone(string name) => Become(WithUndone(name));

    /// <summary>The steps as they will be with <paramref name="name"/> undone.</summary>
    public IReadOnlyList<SagaStepView> WithUndone(string name) => Steps.Undone(name, context.CurrentUtcDateTime);

    private void Become(IReadOnlyList<SagaStepView> steps)
    {
        Steps = steps;
        context.SetCustomStatus(steps);
    }
}
