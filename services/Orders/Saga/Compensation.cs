using Dapr.Workflow;
using Orders.Intervening;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>
/// Undoes the steps of an order in reverse order. A compensation that keeps failing waits, durably, for an operator; the decision is an
/// event of the order, and the workflow's own event only wakes it to read it.
/// </summary>
internal sealed class Compensation(WorkflowContext context, CompensatedOrder order, SagaProgress log, IReadOnlyList<OrchestratedStep> plan)
{
    /// <summary>Wakes a saga that waits for a decision. The truth is on the order's stream.</summary>
    public const string WakeEvent = "wake";

    /// <summary>The shipping service's word for "too late".</summary>
    private const string AlreadyShipped = "already-shipped";

    /// <summary>The period of checks for a decision whose event was lost.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromHours(1);

    /// <summary>The number of interventions of each step.</summary>
    private readonly Dictionary<string, int> interventions = new(StringComparer.Ordinal);

    public int LastStep => plan.Count - 1;

    /// <summary>
    /// Undoes steps <paramref name="last"/> down to the first. False, and nothing is undone, when the goods have left: then the order can
    /// only go forward.
    /// </summary>
    public async Task<bool> RunAsync(int last, Failure why)
    {
        for (var i = last; i >= 0; i--)
        {
            var (step, _, compensation, _) = plan[i];
            // Cancelling the order is what the others have led to: it records how they ended.
            object about =
                i == 0
                    ? SagaConclusion.Of(order.OrderId, why, log.Steps.With(step, one => one.CompleteUndo(log.Now))) with
                    {
                        Created = order.Created,
                    }
                    : new CompensationInput(order.OrderId) { RequestId = order.RequestId };
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
            log.Change(step, one => one.StartUndo(log.Now));
            var result = await SagaPlan.TryAsync(
                context,
                step,
                compensation,
                about,
                order.Retries with
                {
                    StepAttempts = order.Retries.CompensationAttempts,
                }
            );
            if (result is not StepResult.Failed { Failure: var failure })
            {
                log.Change(step, one => one.CompleteUndo(log.Now, result.Attempts));
                return true;
            }
            if (failure.Code == AlreadyShipped && step == SagaSteps.ArrangeShipment)
            {
                log.Change(step, one => one.KeepDone(log.Now));
                return false;
            }
            var error = failure.Cause ?? failure.Reason;
            log.Change(step, one => one.FailUndo(Failure.OfUndoing(step, error), log.Now, result.Attempts));
            var decided = await InterveneAsync(step, error);
            // The order itself can't be left as it is while all it stood for is undone: there, every decision is to try again.
            if (decided.Decision != OperatorDecision.Retry && step != SagaSteps.CreateOrder)
            {
                log.Change(step, one => one.Settle(decided));
                return true;
            }
        }
    }

    private async Task<InterventionDecided> InterveneAsync(string step, string error)
    {
        var ordinal = interventions.GetValueOrDefault(step);
        interventions[step] = ordinal + 1;
        var request = new InterventionRequest(
            order.OrderId,
            context.InstanceId,
            ordinal,
            step,
            error,
            order.Retries.CompensationAttempts,
            log.Steps
        );
        // Never given up: what is parked must be seen. The order's store being away is a reason to wait, not to stop.
        var patient = SagaPlan.Policy(order.Retries with { StepAttempts = int.MaxValue });
        while (true)
        {
            if (await context.CallActivityAsync<InterventionDecided?>(nameof(RequireIntervention), request, patient) is { } decided)
            {
                return decided;
            }
            await SagaPlan.SleepAsync(context, WakeEvent, CheckInterval);
        }
    }
}
