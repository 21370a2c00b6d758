using Dapr.Workflow;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>A step, what does it and what undoes it. <paramref name="Since"/>: the patch that brought it; orders from before it go without.</summary>
internal sealed record SagaStep(string Name, string Action, string Compensation, string? Since = null);

/// <summary>What the saga's workflows share: the steps, what does and undoes them, and how a step is tried.</summary>
internal static class SagaPlan
{
    /// <summary>In the order of the saga, as in <see cref="SagaSteps.Names"/>.</summary>
    private static readonly IReadOnlyList<SagaStep> Steps =
    [
        new(SagaSteps.CreateOrder, nameof(CreateOrder), nameof(CancelOrder)),
        new(SagaSteps.ReserveInventory, nameof(ReserveInventory), nameof(ReleaseInventory)),
        new(SagaSteps.ProcessPayment, nameof(ProcessPayment), nameof(RefundPayment)),
        new(SagaSteps.ArrangeShipment, nameof(ArrangeShipment), nameof(CancelShipment)),
    ];

    /// <summary>The steps of an order that begins, or has begun, with this workflow.</summary>
    public static IReadOnlyList<SagaStep> Of(WorkflowContext context) => [.. Steps.Where(step => step.Since is null || context.IsPatched(step.Since))];

    /// <summary>The steps that an order has gone through.</summary>
    public static IReadOnlyList<SagaStep> Of(IReadOnlyList<SagaStepView> gone) => [.. Steps.Where(step => gone.Any(own => own.Name == step.Name))];

    /// <summary>What went wrong, or null; the code of a refusal; and whether it may have happened nevertheless.</summary>
    public static async Task<(string? Failed, string? Code, bool Unknown)> TryAsync(WorkflowContext context, string activity, object about, SagaRetries retries)
    {
        try
        {
            var outcome = await context.CallActivityAsync<StepOutcome>(activity, about, Policy(retries));
            return outcome.Done ? (null, null, false) : (outcome.Refusal ?? "refused", outcome.Code, false);
        }
        catch (WorkflowTaskFailedException e)
        {
            return (e.FailureDetails.ErrorMessage, null, true);
        }
    }

    public static WorkflowTaskOptions Policy(SagaRetries retries)
        => new(new WorkflowRetryPolicy(retries.StepAttempts, retries.FirstPause, backoffCoefficient: 2, maxRetryInterval: retries.LongestPause));

    /// <summary>Until the event comes or the time is over, whichever is first.</summary>
    public static async Task SleepAsync(WorkflowContext context, string wakeEvent, TimeSpan longest)
    {
        try
        {
            await context.WaitForExternalEventAsync<object?>(wakeEvent, longest);
        }
        catch (TaskCanceledException)
        {
            // The time is over: one look more than needed does no harm.
        }
    }
}
