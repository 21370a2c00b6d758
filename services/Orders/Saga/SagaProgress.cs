using Dapr.Workflow;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>The states of the saga's steps, kept as the workflow's custom status, which queries of a pending order return.</summary>
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
