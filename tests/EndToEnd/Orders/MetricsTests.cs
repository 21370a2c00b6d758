using System.Globalization;
using EndToEnd.Sets;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests of the metrics of the services and of their sidecars in a running system, which no other system shares.</summary>
[Collection(OnProcessSystem.Name)]
public sealed class MetricsTests(ProcessSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task Outcomes_steps_compensations_interventions_and_lag_are_counted()
    {
        const string saga = "orchestration";
        var before = await SettledAsync(saga);
        await system.Api.PlaceAndEndAsync(Api.Order(saga: saga));
        await system.Api.PlaceAndEndAsync(Api.Order(token: "tok_declined", saga: saga));
        var orderId = await system.Api.PlaceAsync(Api.Order(token: "tok_refund_fails", customer: "customer-3", saga: saga));
        var parked = await Wait.ForAsync("the refund waits for an operator", async () =>
            await system.Api.OrderAsync(orderId) is { Interventions: [_, ..] } order ? order : null
        );
        await system.Api.DoAsync(
            $"/api/operations/interventions/{parked.Interventions![0].InterventionId}",
            new { decision = "skip", note = "only counted" }
        );
        await system.Api.WhenAsync(parked.OrderId, "cancelled");

        await Wait.UntilAsync("all metrics are counted", async () =>
            (await CountedAsync(saga)).Zip(before, (now, then) => now - then).SequenceEqual([1, 2, 1, 1, 2, 1])
        );
        Assert.True(await SumAsync("orders_projection_lag_seconds_count") > 0);
    }

    [Fact]
    public async Task A_sidecars_metrics_cover_each_building_block_and_only_its_own_app()
    {
        await system.Api.PlaceAndEndAsync(Api.Order());
        using var orders = system.SidecarOf("orders");

        (string Name, string[] Labels)[] expected =
        [
            ("dapr_http_server_request_count", []),
            ("dapr_grpc_io_server_completed_rpcs", []),
            ("dapr_runtime_service_invocation_req_sent_total", ["dst_app_id=\"inventory\""]),
            ("dapr_component_state_count", ["component=\"orders-store\""]),
            ("dapr_component_pubsub_ingress_bulk_event_count", ["topic=\"orders\""]),
            ("dapr_runtime_workflow_execution_count", ["workflow_name=\"OrderSaga\""]),
            ("dapr_runtime_workflow_activity_execution_count", ["activity_name=\"ReserveInventory\""]),
            ("dapr_resiliency_cb_state", ["target=\"app_inventory\"", "status=\"closed\""]),
        ];
        var text = "";
        string? missing = null;
        await Wait.ForAsync(
            "everything is counted", // an event is delivered after its order has ended
            async () =>
            {
                text = await orders.MetricsAsync();
                missing = expected
                    .Where(one => Sum(text, one.Name, one.Labels) <= 0)
                    .Select(one => $"nothing counted under {one.Name} with {string.Join(", ", one.Labels)}")
                    .FirstOrDefault();
                return missing is null ? text : null;
            },
            () => missing ?? ""
        );
        Assert.DoesNotContain("{app_id=\"payments\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_queue_depth_is_a_metric_where_no_broker_server_reports_it()
    {
        using var orders = system.SidecarOf("orders");
        await system.Api.PlaceAndEndAsync(Api.Order());
        async Task<IReadOnlyList<string>> DepthsAsync() =>
            [.. Lines(await orders.MetricsAsync(), "sidecar_pubsub_queue_depth", "topic=\"orders\"")];
        await Wait.UntilAsync("the queue is empty", async () =>
            system.Set is EmbeddedSet
                ? await DepthsAsync() is [var line] && line.EndsWith(" 0", StringComparison.Ordinal)
                : (await DepthsAsync()).Count == 0
        );
    }

    /// <summary>
    /// Returns the counts once they have stayed the same for longer than the exporter caches its answer: the last events of orders of
    /// earlier tests may still be counted.
    /// </summary>
    private async Task<double[]> SettledAsync(string saga)
    {
        const int enough = 20; // checks, each after a pause
        double[] last = [];
        var same = 0;
        return await Wait.ForAsync("the counts of earlier orders stay the same", async () =>
        {
            var now = await CountedAsync(saga);
            same = now.SequenceEqual(last) ? same + 1 : 0;
            last = now;
            return same == enough ? now : null;
        });
    }

    /// <summary>
    /// Returns the counts of confirmed and cancelled orders, measured steps of confirmed orders, compensated steps and interventions. The
    /// last two count only declined and parked orders.
    /// </summary>
    private async Task<double[]> CountedAsync(string saga)
    {
        var of = $"saga=\"{saga}\"";
        return
        [
            await SumAsync("orders_outcomes_total", "outcome=\"confirmed\"", of),
            await SumAsync("orders_outcomes_total", "outcome=\"cancelled\"", of),
            await SumAsync("orders_saga_step_duration_seconds_count", "step=\"reserve-inventory\"", of),
            await SumAsync("orders_saga_step_duration_seconds_count", "step=\"arrange-shipment\"", of),
            await SumAsync("orders_compensations_total", "step=\"reserve-inventory\"", of),
            await SumAsync("orders_interventions_total", "step=\"process-payment\"", of),
        ];
    }

    private async Task<double> SumAsync(string name, params string[] labels)
    {
        using var http = new HttpClient();
        return Sum(await http.GetStringAsync(new Uri($"http://localhost:{system.PortOf("orders")}/metrics")), name, labels);
    }

    private static double Sum(string text, string name, params string[] labels) =>
        Lines(text, name, labels).Sum(line => double.Parse(line.Split("} ")[1].Split(' ')[0], CultureInfo.InvariantCulture));

    private static string[] Lines(string text, string name, params string[] labels) =>
        [
            .. text.Split('\n')
                .Where(line =>
                    line.StartsWith(name + "{", StringComparison.Ordinal)
                    && labels.All(label => line.Contains(label, StringComparison.Ordinal))
                ),
        ];
}
