using System.Text.RegularExpressions;
using EndToEnd.Systems;
using Google.Protobuf;
using Grpc.Net.Client;
using Sidecar.Workflows.Protocol;

namespace EndToEnd.Orders;

/// <summary>
/// Tests that the histories which tests/Orders.Histories replays match today's sagas. With RECORD_HISTORIES=1 missing histories are
/// recorded; existing files are never overwritten.
/// </summary>
[Collection(OnSharedSystem.Name)]
public sealed partial class HistoryTests(SharedSystem shared)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/Orders.Histories/Recorded");

    private readonly OrderSystem system = shared.System;

    [Theory]
    [InlineData("confirmed", "product-1", "tok_ok", "customer-1")]
    [InlineData("declined", "product-1", "tok_declined", "customer-1")]
    [InlineData("not-served", "product-1", "tok_ok", "customer-3")]
    [InlineData("flaky", "product-1", "tok_flaky", "customer-1")]
    public async Task A_saga_matches_its_recorded_history(string course, string product, string token, string customer)
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order(product, 1, token, customer));

        await IsRecordedAsync(course, order.OrderId);
    }

    [Fact]
    public async Task A_saga_without_stock_matches_its_recorded_history() =>
        await IsRecordedAsync("out-of-stock", (await system.Api.PlaceTooLateAsync()).OrderId);

    [Theory]
    [InlineData("intervention-resolved", "resolved")]
    [InlineData("intervention-skipped", "skip")]
    public async Task A_saga_with_an_intervention_matches_its_recorded_history(string course, string decision)
    {
        var orderId = await system.Api.PlaceAsync(Api.Order(token: "tok_refund_fails", customer: "customer-3"));
        var parked = await system.Api.WhenAsync(orderId, "intervention");
        var open = await Wait.ForAsync("the intervention is on the order", async () =>
            (await system.Api.OrderAsync(parked.OrderId)).Interventions?.LastOrDefault()
        );

        await system.Api.DoAsync($"/api/operations/interventions/{open.InterventionId}", new { decision, note = "recorded" });
        await system.Api.WhenAsync(orderId, "cancelled");

        await IsRecordedAsync(course, orderId);
    }

    [Theory]
    [InlineData("approved", "/api/operations/approvals/{0}", "approve", "confirmed")]
    [InlineData("rejected", "/api/operations/approvals/{0}", "reject", "cancelled")]
    [InlineData("cancelled-while-approving", "/api/orders/{0}/cancel", null, "cancelled")]
    public async Task A_saga_with_an_approval_matches_its_recorded_history(string course, string path, string? decision, string status)
    {
        await system.Api.PutProductAsync(
            "pearls-recorded",
            new
            {
                name = "Pearls",
                price = 600_000_000,
                stock = 100,
            }
        );
        var orderId = await system.Api.PlaceAsync(Api.Order("pearls-recorded"));
        await Wait.ForAsync("the order waits for approval", async () => (await system.Api.OrderAsync(orderId)).Approval);

        await system.Api.DoAsync(
            string.Format(System.Globalization.CultureInfo.InvariantCulture, path, orderId),
            decision is null ? null : new { decision }
        );
        await system.Api.WhenAsync(orderId, status);

        await IsRecordedAsync(course, orderId);
    }

    [Fact]
    public async Task Cancelling_a_confirmed_order_matches_its_recorded_history()
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order());
        await system.Api.DoAsync($"/api/orders/{order.OrderId}/cancel", new { reason = "recorded" });
        await system.Api.WhenAsync(order.OrderId, "cancelled");

        await IsRecordedAsync("confirmed-then-cancelled", $"{order.OrderId}-cancel");
    }

    [Fact]
    public async Task The_time_out_of_a_choreographed_order_matches_its_recorded_history()
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order(saga: "choreography"));

        await IsRecordedAsync("choreography-watch", order.OrderId);
    }

    private async Task IsRecordedAsync(string course, string instance)
    {
        var history = await HistoryAsync(instance);
        var file = Path.Combine(Folder, $"{course}.json");
        if (Environment.GetEnvironmentVariable("RECORD_HISTORIES") == "1" && !File.Exists(file))
        {
            await File.WriteAllTextAsync(file, Without(history).ToString() + "\n");
        }
        var recorded = JsonParser.Default.Parse<GetInstanceHistoryResponse>(await File.ReadAllTextAsync(file));
        Assert.Equal(Shape(recorded), Shape(history));
    }

    private async Task<GetInstanceHistoryResponse> HistoryAsync(string instance)
    {
        using var sidecar = system.SidecarOf("orders");
        using var channel = GrpcChannel.ForAddress(sidecar.GrpcAddress);
        var hub = new TaskHubSidecarService.TaskHubSidecarServiceClient(channel);
        return await Wait.ForAsync($"workflow {instance} has ended", async () =>
        {
            var history = await hub.GetInstanceHistoryAsync(
                new GetInstanceHistoryRequest { InstanceId = instance },
                sidecar.CallTo("orders")
            );
            return history.Events.Any(@event => @event.ExecutionCompleted is not null) ? history : null;
        });
    }

    /// <summary>Returns the scheduled activities in order, and the end. Other events are omitted, because their number varies.</summary>
    private static List<string> Shape(GetInstanceHistoryResponse history) =>
        [
            .. history
                .Events.Where(@event => @event.TaskScheduled is not null || @event.ExecutionCompleted is not null)
                .Select(@event => @event.TaskScheduled?.Name ?? "end"),
        ];

    /// <summary>Removes stack traces, because they contain paths of the machine that recorded them.</summary>
    private static GetInstanceHistoryResponse Without(GetInstanceHistoryResponse history) =>
        JsonParser.Default.Parse<GetInstanceHistoryResponse>(StackTrace().Replace(history.ToString(), ""));

    [GeneratedRegex(@", ""stackTrace"": ""(\\.|[^""\\])*""")]
    private static partial Regex StackTrace();
}
