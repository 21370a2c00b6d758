using Dapr.Workflow;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>
/// The order saga, orchestrated: create, reserve, pay, ship, confirm. A refusal undoes the steps that are done, in reverse order; a
/// technical failure that outlasts its retries undoes its own step too, because nobody knows whether it happened. Instance id =
/// order id; the custom status is the list of steps.
/// </summary>
internal sealed class OrderSaga : Workflow<OrderSagaInput, OrderStatus>
{
    /// <summary>The event that brings an operator's decision.</summary>
    public const string InterventionEvent = "intervention-decided";

    /// <summary>A step, what does it and what undoes it. The order of the list is the order of the saga.</summary>
    private static readonly (string Name, string Action, string Compensation)[] Steps =
    [
        ("create-order", nameof(CreateOrder), nameof(CancelOrder)),
        ("reserve-inventory", nameof(ReserveInventory), nameof(ReleaseInventory)),
        ("process-payment", nameof(ProcessPayment), nameof(RefundPayment)),
        ("arrange-shipment", nameof(ArrangeShipment), nameof(CancelShipment)),
    ];

    public static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<OrderSaga>();
        options.RegisterActivity<CreateOrder>();
        options.RegisterActivity<CancelOrder>();
        options.RegisterActivity<ReserveInventory>();
        options.RegisterActivity<ReleaseInventory>();
        options.RegisterActivity<ProcessPayment>();
        options.RegisterActivity<RefundPayment>();
        options.RegisterActivity<ArrangeShipment>();
        options.RegisterActivity<CancelShipment>();
        options.RegisterActivity<ConfirmOrder>();
    }

    public override async Task<OrderStatus> RunAsync(WorkflowContext context, OrderSagaInput input)
    {
        var log = new StepLog(context, Steps.Select(step => step.Name));
        for (var i = 0; i < Steps.Length; i++)
        {
            var (failed, unknown) = await TryAsync(context, Steps[i].Action, input, input.Retries);
            if (failed is not null)
            {
                log.Set(Steps[i].Name, StepState.Failed, failed);
                await CompensateAsync(context, input, log, unknown ? i : i - 1, failed);
                return OrderStatus.Cancelled;
            }
            log.Set(Steps[i].Name, StepState.Done);
        }
        var (refused, _) = await TryAsync(context, nameof(ConfirmOrder), new SagaConclusion(input.OrderId, null, log.Steps), input.Retries);
        if (refused is null)
        {
            return OrderStatus.Confirmed;
        }
        await CompensateAsync(context, input, log, Steps.Length - 1, refused);
        return OrderStatus.Cancelled;
    }

    /// <summary>Undoes steps <paramref name="last"/> down to the first.</summary>
    private static async Task CompensateAsync(WorkflowContext context, OrderSagaInput input, StepLog log, int last, string reason)
    {
        for (var i = last; i >= 0; i--)
        {
            // Cancelling the order is what the others have led to: it records how they ended.
            object about = i == 0 ? new SagaConclusion(input.OrderId, reason, log.With(Steps[i].Name, StepState.Compensated)) { Created = input.ToCreated() } : input;
            await CompensateStepAsync(context, input, log, Steps[i].Name, Steps[i].Compensation, about);
        }
    }

    /// <summary>One compensation, until it is done or a person has said what is to become of it.</summary>
    private static async Task CompensateStepAsync(WorkflowContext context, OrderSagaInput input, StepLog log, string step, string compensation, object about)
    {
        while (true)
        {
            var (failed, _) = await TryAsync(context, compensation, about, input.Retries with { StepAttempts = input.Retries.CompensationAttempts });
            if (failed is null)
            {
                log.SetCompensated(step);
                return;
            }
            log.Set(step, StepState.Intervention, failed);
            var decided = await context.WaitForExternalEventAsync<InterventionDecision>(InterventionEvent);
            // The order itself can't be left as it is while all it stood for is undone: there, every decision is to try again.
            if (decided.Decision != Decision.Retry && step != Steps[0].Name)
            {
                log.Set(step, decided.Decision == Decision.Resolved ? StepState.Compensated : StepState.Failed, decided.Note);
                return;
            }
        }
    }

    /// <summary>What went wrong, or null; and whether it may have happened nevertheless.</summary>
    private static async Task<(string? Failed, bool Unknown)> TryAsync(WorkflowContext context, string activity, object about, SagaRetries retries)
    {
        var policy = new WorkflowRetryPolicy(retries.StepAttempts, retries.FirstPause, backoffCoefficient: 2, maxRetryInterval: retries.LongestPause);
        try
        {
            var outcome = await context.CallActivityAsync<StepOutcome>(activity, about, new WorkflowTaskOptions(policy));
            return outcome.Done ? (null, false) : (outcome.Refusal ?? "refused", false);
        }
        catch (WorkflowTaskFailedException e)
        {
            return (e.FailureDetails.ErrorMessage, true);
        }
    }
}
