using Dapr.Workflow;
using Dapr.Workflow.Client;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>
/// A step with its activity and its compensation. <paramref name="Since"/>: the workflow patch that added it; older orders do not have it.
/// </summary>
internal sealed record OrchestratedStep(string Name, string Action, string Compensation, string? Since = null);

/// <summary>The steps of the saga with their activities, and the retries of a step. Shared by the workflows.</summary>
internal static class SagaPlan
{
    /// <summary>In the order of the saga, as in <see cref="SagaSteps.Names"/>.</summary>
    private static readonly IReadOnlyList<OrchestratedStep> Steps =
    [
        new(SagaSteps.CreateOrder, nameof(CreateOrder), nameof(CancelOrder)),
        new(SagaSteps.ReserveInventory, nameof(ReserveInventory), nameof(ReleaseInventory)),
        new(SagaSteps.ProcessPayment, nameof(ProcessPayment), nameof(RefundPayment)),
        new(SagaSteps.ArrangeShipment, nameof(ArrangeShipment), nameof(CancelShipment)),
    ];

    /// <summary>The steps of the order of this workflow.</summary>
    public static IReadOnlyList<OrchestratedStep> Of(WorkflowContext context) =>
        [.. Steps.Where(step => step.Since is null || context.IsPatched(step.Since))];

    /// <summary>The steps that an order has run.</summary>
    public static IReadOnlyList<OrchestratedStep> Of(IReadOnlyList<SagaStep> steps) =>
        [.. Steps.Where(step => steps.Any(own => own.Name == step.Name))];

    /// <summary>Runs the activity of a step, with retries after technical failures.</summary>
    public static async Task<StepResult> TryAsync(WorkflowContext context, string step, string activity, object about, SagaRetries retries)
    {
        var attempts = 0;
        var trying = new RetryInterceptor<StepReply>(context, Retries(retries), () =>
        {
            attempts++;
            return context.CallActivityAsync<StepReply>(activity, about);
        });
        try
        {
            var reply = await trying.Invoke();
            return reply!.Done
                ? new StepResult.Done(attempts)
                : new StepResult.Refused(Failure.Refused(step, reply.Refusal, reply.Code), attempts);
        }
        catch (WorkflowTaskFailedException e)
        {
            return new StepResult.Unknown(Failure.Technical(step, e.FailureDetails.ErrorMessage), attempts);
        }
    }

    public static WorkflowTaskOptions Policy(SagaRetries retries) => new(Retries(retries));

    /// <summary>Waits until the event is raised, for <paramref name="longest"/> at most.</summary>
    public static async Task SleepAsync(WorkflowContext context, string wakeEvent, TimeSpan longest)
    {
        try
        {
            await context.WaitForExternalEventAsync<object?>(wakeEvent, longest);
        }
        catch (TaskCanceledException)
        {
            // The time is over: an additional check is harmless.
        }
    }

    private static WorkflowRetryPolicy Retries(SagaRetries retries) =>
        new(retries.StepAttempts, retries.FirstPause, backoffCoefficient: 2, maxRetryInterval: retries.LongestPause);
}
