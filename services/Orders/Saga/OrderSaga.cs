using Dapr.Workflow;
using Orders.Approving;
using Orders.Ordering;

namespace Orders.Saga;

/// <summary>
/// The orchestrated saga of an order: create, reserve, pay, ship, confirm. A refusal compensates the completed steps in reverse order. A
/// technical failure after the last retry compensates its own step too, because its result is unknown. The instance id is the order's id;
/// the custom status is the list of steps.
/// </summary>
internal sealed class OrderSaga : Workflow<PlacedOrder, OrderStatus>
{
    public override async Task<OrderStatus> RunAsync(WorkflowContext context, PlacedOrder input)
    {
        var plan = SagaPlan.Of(context);
        var log = new SagaProgress(context, SagaSteps.PendingOf(plan.Select(step => step.Name)));
        var undo = new Compensation(context, CompensatedOrder.Of(input), log, plan);
        for (var i = 0; i < plan.Count; i++)
        {
            var (step, action, _, _) = plan[i];
            if (step == SagaSteps.ProcessPayment && await RejectedAsync(context, input, log) is { } rejected)
            {
                await undo.RunAsync(i - 1, rejected);
                return OrderStatus.Cancelled;
            }
            if (step == SagaSteps.CreateOrder && input.IsRecorded == true)
            {
                log.Change(step, one => one.Complete(input.PlacedAt));
                continue;
            }
            log.Change(step, one => one.Start(log.Now));
            var result = await SagaPlan.TryAsync(context, step, action, input, input.Retries);
            if (result is StepResult.Failed { Failure: var failure })
            {
                if (failure.Code == StepReply.OrderEnded)
                {
                    return OrderStatus.Cancelled; // the instance was started anew after its end: its order stays as it is
                }
                log.Change(step, one => one.Fail(failure, log.Now, result.Attempts));
                if (await undo.RunAsync(result is StepResult.Unknown ? i : i - 1, failure))
                {
                    return OrderStatus.Cancelled;
                }
                continue; // the result was unknown, and the step was done: the goods have left
            }
            log.Change(step, one => one.Complete(log.Now, result.Attempts));
        }
        return await ConfirmAsync(context, input, log, undo);
    }

    /// <summary>
    /// Confirms the order, or compensates it if a cancellation was written first: the stream accepts only one of the two. A cancellation
    /// after the goods have left is refused.
    /// </summary>
    private static async Task<OrderStatus> ConfirmAsync(WorkflowContext context, PlacedOrder input, SagaProgress log, Compensation undo)
    {
        while (true)
        {
            var result = await SagaPlan.TryAsync(
                context,
                SagaSteps.CreateOrder,
                nameof(ConfirmOrder),
                new SagaConclusion(input.OrderId, null, log.Steps),
                input.Retries
            );
            if (result is not StepResult.Failed { Failure: var refused })
            {
                return OrderStatus.Confirmed;
            }
            if (await undo.RunAsync(undo.LastStep, refused) || !(result is StepResult.Unknown || refused.Code == "cancellation-requested"))
            {
                return OrderStatus.Cancelled;
            }
            await context.CallActivityAsync<StepReply>(
                nameof(RefuseCancellation),
                input.OrderId,
                SagaPlan.Policy(input.Retries with { StepAttempts = int.MaxValue })
            );
        }
    }

    /// <summary>
    /// Waits for the approval of a large order. Null if the order needs none or is approved, otherwise the reason to cancel it.
    /// </summary>
    private static async Task<Failure?> RejectedAsync(WorkflowContext context, PlacedOrder input, SagaProgress log)
    {
        if (input.Approval?.AppliesTo(input.Total) != true)
        {
            return null;
        }
        var question = new ApprovalQuestion(input.OrderId, input.Approval, log.Steps);
        while (true)
        {
            var answer = await context.CallActivityAsync<ApprovalAnswer>(
                nameof(AskForApproval),
                question,
                SagaPlan.Policy(input.Retries with { StepAttempts = int.MaxValue })
            );
            if (answer.State != ApprovalState.Waiting)
            {
                return answer.State == ApprovalState.Rejected
                    ? new Failure(answer.Reason ?? ApprovalRules.Rejected, answer.Code ?? "approval-rejected", answer.Cause)
                    : null;
            }
            await SagaPlan.SleepAsync(context, Compensation.WakeEvent, answer.Wait);
        }
    }
}
