using Dapr.Workflow;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>What the saga's workflows share: the steps, what does and undoes them, and how a step is tried.</summary>
internal static class SagaPlan
{
    /// <summary>A step, what does it and what undoes it. The order of the list is the order of the saga.</summary>
    public static readonly IReadOnlyList<(string Name, string Action, string Compensation)> Steps =
    [
        (SagaSteps.CreateOrder, nameof(CreateOrder), nameof(CancelOrder)),
        (SagaSteps.ReserveInventory, nameof(ReserveInventory), nameof(ReleaseInventory)),
        (SagaSteps.ProcessPayment, nameof(ProcessPayment), nameof(RefundPayment)),
        (SagaSteps.ArrangeShipment, nameof(ArrangeShipment), nameof(CancelShipment)),
    ];

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
