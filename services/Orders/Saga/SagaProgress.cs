using Dapr.Workflow;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>How the saga's steps stand, kept as the workflow's custom status, which readers of a pending order are shown.</summary>
internal sealed class SagaProgress
{
    private readonly WorkflowContext context;

    public SagaProgress(WorkflowContext context, IReadOnlyList<SagaStep> steps)
    {
        this.context = context;
        Steps = steps;
        context.SetCustomStatus(steps);
    }

    public IReadOnlyList<SagaStep> Steps { get; private set; }

    public DateTimeOffset Now => context.CurrentUtcDateTime;

    public void Change(string name, Func<SagaStep, SagaStep> change)
    {
        Steps = Steps.With(name, change);
        context.SetCustomStatus(Steps);
    }
}
