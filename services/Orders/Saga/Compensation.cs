using Dapr.Workflow;
using Orders.Intervening;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>
/// Undoes the steps of an order in reverse order. A compensation that keeps failing is given to a person and waits, durably; what he
/// decides is an event of the order, and the workflow's own event only wakes it to read it.
/// </summary>
internal sealed class Compensation(WorkflowContext context, OrderSagaInput input, StepLog log, IReadOnlyList<SagaStep> plan)
{
    /// <summary>Wakes a saga that waits for a decision. The truth is on the order's stream.</summary>
    public const string WakeEvent = "wake";

    /// <summary>The shipping service's word for "too late".</summary>
    private const string AlreadyShipped = "already-shipped";

    /// <summary>Looks by itself once in a while, should the waking event have been lost.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromHours(1);

    private int interventions;

    public int LastStep => plan.Count - 1;

    /// <summary>
    /// Undoes steps <paramref name="last"/> down to the first. False, and nothing is undone, when the goods have left: then the order
    /// can only go forward.
    /// </summary>
    public async Task<bool> RunAsync(int last, string reason)
    {
        for (var i = last; i >= 0; i--)
        {
            var (step, _, compensation, _) = plan[i];
            // Cancelling the order is what the others have led to: it records how they ended.
            object about = i == 0 ? new SagaConclusion(input.OrderId, reason, log.WithUndone(step)) { Created = input.ToCreated() } : input;
            if (!await UndoAsync(step, compensation, about))
            {
                return false;
            }
        }
        return true;
    }

    private async Task<bool> UndoAsync(string step, string compensation, object about)
    {
        while (true)
        {
            var (failed, code, _) = await SagaPlan.TryAsync(context, compensation, about, input.Retries with { StepAttempts = input.Retries.CompensationAttempts });
            if (failed is null)
            {
                log.SetUndone(step);
                return true;
            }
            if (code == AlreadyShipped && step == SagaSteps.ArrangeShipment)
            {
                log.Set(step, StepState.Done);
                return false;
            }
            log.Set(step, StepState.Intervention, failed);
            var decided = await AskAsync(step, failed);
            // The order itself can't be left as it is while all it stood for is undone: there, every decision is to try again.
            if (decided.Decision != Decision.Retry && step != SagaSteps.CreateOrder)
            {
                log.Set(step, decided.Decision == Decision.Resolved ? StepState.Compensated : StepState.Failed, decided.Note);
                return true;
            }
        }
    }

    private async Task<InterventionDecided> AskAsync(string step, string error)
    {
        var request = new InterventionRequest(input.OrderId, context.InstanceId, interventions++, step, error, input.Retries.CompensationAttempts, log.Steps);
        // Never given up: what is parked must be seen. The order's store being away is a reason to wait, not to stop.
        var patient = SagaPlan.Policy(input.Retries with { StepAttempts = int.MaxValue });
        while (true)
        {
            if (await context.CallActivityAsync<InterventionDecided?>(nameof(RequireIntervention), request, patient) is { } decided)
            {
                return decided;
            }
            await SagaPlan.SleepAsync(context, WakeEvent, Look);
        }
    }
}
