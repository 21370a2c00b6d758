using Dapr.Workflow;
using Orders.Ordering;
using Orders.Saga;

namespace Orders.Choreography;

/// <summary>
/// The durable time-out of a choreographed order, scheduled with the order. An order without progress (a lost event, a service down for
/// long) is compensated. A compensation without progress is requested again, and finally becomes an intervention.
/// </summary>
internal sealed class ChoreographyWatchdog : Workflow<PlacedOrder, OrderStatus>
{
    /// <summary>Stored format: the name of the workflow.</summary>
    public const string Name = "ChoreographyWatch";

    public override async Task<OrderStatus> RunAsync(WorkflowContext context, PlacedOrder input)
    {
        var pause = input.StuckAfter!.Value;
        for (var looks = 0; looks < 50; looks++)
        {
            var found = await context.CallActivityAsync<CheckResult>(
                CheckOrder.Name,
                input,
                SagaPlan.Policy(input.Retries with { StepAttempts = int.MaxValue })
            );
            if (found.Ended is { } ended)
            {
                return ended;
            }
            await context.CreateTimer(found.Wait > TimeSpan.Zero ? found.Wait : pause);
        }
        context.ContinueAsNew(input); // a short history, however long a person is waited for
        return OrderStatus.Pending;
    }
}

/// <summary>Stored format. <paramref name="Wait"/>: when to look again; zero: after the order's usual patience.</summary>
internal sealed record CheckResult(OrderStatus? Ended, TimeSpan Wait);
