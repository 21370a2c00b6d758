using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orders.Ordering;

namespace Orders.Measuring;

/// <summary>Counts the events of orders when they are written to their streams, so work repeated after a crash is counted once.</summary>
internal static class OrderMeter
{
    private static readonly Meter Meter = new("Orders");
    private static readonly Counter<long> Outcomes = Meter.CreateCounter<long>(
        "orders.outcomes",
        description: "Orders that came to an outcome."
    );
    private static readonly Counter<long> Compensations = Meter.CreateCounter<long>(
        "orders.compensations",
        description: "Steps that were undone."
    );
    private static readonly Counter<long> Interventions = Meter.CreateCounter<long>(
        "orders.interventions",
        description: "Compensations that had to wait for a person."
    );

    /// <summary>The usual bounds are meant for milliseconds.</summary>
    private static readonly InstrumentAdvice<double> InSeconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private static readonly Histogram<double> StepDurations = Meter.CreateHistogram<double>(
        "orders.saga.step.duration",
        "s",
        "Duration of a saga step, retries included.",
        advice: InSeconds
    );
    private static readonly Histogram<double> Lag = Meter.CreateHistogram<double>(
        "orders.projection.lag",
        "s",
        "From an event on an order's stream until the lists show it.",
        advice: InSeconds
    );

    public static void Shown(TimeSpan lag) => Lag.Record(Math.Max(0, lag.TotalSeconds));

    public static void Record(OrderEvent @event, Order order)
    {
        switch (@event)
        {
            case OrderConfirmed confirmed:
                Outcomes.Add(1, new TagList { { "outcome", "confirmed" }, { "saga", order.Saga } });
                Durations(confirmed.Steps, order.Saga);
                break;
            case OrderCancelled cancelled:
                Outcomes.Add(1, new TagList { { "outcome", "cancelled" }, { "saga", order.Saga } });
                foreach (var step in cancelled.Steps.Where(step => step.State == StepState.Compensated))
                {
                    Compensations.Add(1, new TagList { { "step", step.Name }, { "saga", order.Saga } });
                }
                break;
            case OrderShipped or OrderDelivered:
                Outcomes.Add(1, new TagList { { "outcome", @event is OrderShipped ? "shipped" : "delivered" }, { "saga", order.Saga } });
                break;
            case InterventionRequired required:
                Interventions.Add(1, new TagList { { "step", required.Step }, { "saga", order.Saga } });
                break;
        }
    }

    private static void Durations(IReadOnlyList<SagaStep> steps, string saga)
    {
        foreach (var step in steps.Where(step => step.State == StepState.Done))
        {
            if (step.EndedAt - step.StartedAt is { } took && took >= TimeSpan.Zero)
            {
                StepDurations.Record(took.TotalSeconds, new TagList { { "step", step.Name }, { "saga", saga } });
            }
        }
    }
}
