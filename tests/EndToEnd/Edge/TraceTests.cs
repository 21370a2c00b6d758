using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Conformance.Tracing;
using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Edge;

/// <summary>
/// Tests of the spans of an order at a collector: one trace, from the client's call to the last event, that contains the parent of every
/// span.
/// </summary>
[Collection(OnProcessSystem.Name)]
public sealed class TraceTests(ProcessSystem shared)
{
    [Fact]
    public async Task The_spans_of_an_order_form_one_trace_over_edge_sidecars_services_events_and_workflow()
    {
        var (system, collector) = (shared.System, shared.Collector);

        // daprd's outbox begins a new trace with each event, so there the client's trace does not contain the events or their effects.
        await (
            DaprInstallation.OfSuite is null
                ? Task.WhenAll(TracedAsync(system, collector, "orchestration"), TracedAsync(system, collector, "choreography"))
                : TracedAsync(system, collector, "orchestration")
        );
    }

    private static async Task TracedAsync(OrderSystem system, SpanCollector collector, string saga)
    {
        var client = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        using var placed = await system.Api.SendTextAsync(
            "POST",
            "/api/orders",
            JsonSerializer.Serialize(Api.Order(saga: saga)),
            ("traceparent", $"00-{client.TraceId}-{client.SpanId}-01")
        );
        placed.EnsureSuccessStatusCode();
        await system.Api.EndOfAsync((await placed.Content.ReadFromJsonAsync<PlacedOrder>())!.OrderId);

        string[] services = ["gateway", "orders", "inventory", "payments", "shipping", "customers"];
        string[] steps =
            saga == "orchestration"
                ?
                [
                    "orchestration",
                    "WorkflowActivity ReserveInventory",
                    "WorkflowActivity ProcessPayment",
                    "WorkflowActivity ArrangeShipment",
                    .. DaprInstallation.OfSuite is null ? (string[])["pubsub/orders", "pubsub/shipments"] : [],
                ]
                :
                [
                    "/events/order-created",
                    "pubsub/inventory",
                    "/events/payment-requested",
                    "pubsub/payments",
                    "/events/shipment-requested",
                    "pubsub/shipments",
                ];
        List<CollectedSpan> trace = [];
        List<string> missing = [];
        await Wait.UntilAsync(
            $"the {saga} has one whole trace",
            () =>
            {
                trace = [.. collector.Spans.Where(span => span.TraceId == client.TraceId.ToHexString())];
                var known = trace.Select(span => span.Id).Append(client.SpanId.ToHexString()).ToHashSet();
                missing =
                [
                    .. trace.Where(span => !known.Contains(span.ParentId!)).Select(span => $"the parent of {span.Service}: {span.Name}"),
                    .. services.Where(service => trace.All(span => span.Service != service)),
                    .. steps.Where(step => !trace.Any(span => span.Name.Contains(step, StringComparison.Ordinal))),
                ];
                return missing.Count == 0;
            },
            () =>
                $"missing: {string.Join(", ", missing)}{Environment.NewLine}{string.Join(Environment.NewLine, trace.Select(span => $"{span.Service}: {span.Name} {span.Id} under {span.ParentId}"))}"
        );
    }
}
