using Dapr.Workflow;
using Dapr.Workflow.Client;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>A step, what does it and what undoes it. <paramref name="Since"/>: the patch that brought it; orders from before it go
/// without.</summary>
internal sealed record SagaStep(string Name, string Action, string Compensation, string? Since = null);

/// <summary>What trying a step has come to.</summary>
/// <param name="Failure">Null if it was done.</param>
/// <param name="IsUnknown">True if it failed for technical reasons, so that it may have happened nevertheless.</param>
/// <param name="Attempts">How often the saga has called the activity.</param>
internal sealed record StepResult(Failure? Failure, bool IsUnknown, int Attempts);

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
    public static IReadOnlyList<SagaStep> Of(WorkflowContext context) =>
        [.. Steps.Where(step => step.Since is null || context.IsPatched(step.Since))];

    /// <summary>The steps that an order has gone through.</summary>
    public static IReadOnlyList<SagaStep> Of(IReadOnlyList<SagaStepView> gone) =>
        [.. Steps.Where(step => gone.Any(own => own.Name == step.Name))];

    /// <summary>Tries an activity of a step, as often as <paramref name="retries"/> allows while it fails for technical reasons.</summary>
    public static async Task<StepResult> TryAsync(WorkflowContext context, string step, string activity, object about, SagaRetries retries)
    {
        var attempts = 0;
        var trying = new RetryInterceptor<StepOutcome>(context, Retries(retries), () =>
        {
            attempts++;
            return context.CallActivityAsync<StepOutcome>(activity, about);
        });
        try
        {
            var outcome = await trying.Invoke();
            return new StepResult(outcome!.Done ? null : Failure.Refused(step, outcome.Refusal, outcome.Code), IsUnknown: false, attempts);
        }
        catch (WorkflowTaskFailedException e)
        {
            return new StepResult(Failure.Technical(step, e.FailureDetails.ErrorMessage), IsUnknown: true, attempts);
        }
    }

    public static WorkflowTaskOptions Policy(SagaRetries retries) => new(Retries(retries));

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

    private static WorkflowRetryPolicy Retries(SagaRetries retries) =>
        new(retries.StepAttempts, retries.FirstPause, backoffCoefficient: 2, maxRetryInterval: retries.LongestPause);
}
