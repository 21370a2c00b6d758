using Dapr.Workflow;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>How the saga's steps stand, kept as the workflow's custom status, which readers of a pending order are shown.</summary>
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

    public DateTimeOffset Now => context.CurrentUtcDateTime;

    public void Change(string name, Func<SagaStepView, SagaStepView> change)
    {
        Steps = Steps.With(name, change);
        context.SetCustomStatus(Steps);
    }
}
