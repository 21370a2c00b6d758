using System.Diagnostics;
using System.Text.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>An app in another language joins by the run template alone.</summary>
public sealed class OtherLanguageTests
{
    [NodeFact]
    public async Task A_subscriber_in_node_hears_of_orders_without_any_sdk()
    {
        await using var system = await OrderSystem.StartAsync(folder =>
        {
            folder.InEverySet("events.yaml", "orders-grpc=orders,orders-choreography;", "orders-grpc=orders,orders-choreography;\n        order-mailer=orders,orders-choreography,order-mailer-dead-letters;");
            File.AppendAllLines(folder.Template,
            [
                "  - appID: order-mailer",
                $"    appDirPath: {Directory.CreateDirectory(folder.In("samples/order-mailer")).FullName}",
                $"    appPort: {FreePort.Take()}",
                $"    command: [\"node\", \"{Repository.Root}samples/order-mailer/server.mjs\"]",
            ]);
        });
        var order = await system.Api.PlaceAndEndAsync(Api.Order());
        await system.Api.DoAsync($"/api/orders/{order.OrderId}/cancel", new { reason = "changed my mind" });
        await system.Api.WhenAsync(order.OrderId, "cancelled");

        using var sidecar = system.SidecarOf("gateway");
        var texts = await Wait.ForAsync("both letters are written", async () =>
        {
            var letters = JsonSerializer.Deserialize<ListOf<JsonElement>>(await sidecar.ReadAsync("order-mailer", "letters"), JsonSerializerOptions.Web)!.Items;
            return letters.Count >= 2 ? letters.Select(letter => letter.GetProperty("text").GetString()).ToList() : null;
        });
        Assert.Equal([$"Your order {order.OrderId} is confirmed.", $"Your order {order.OrderId} was cancelled: changed my mind"], texts);

        using var orders = system.SidecarOf("orders");
        await orders.PublishAsync("orders", "order.shipped", "poison", null!);
        await Wait.UntilAsync("what it can't read is kept by the sample itself", async () =>
            JsonSerializer.Deserialize<ListOf<JsonElement>>(await sidecar.ReadAsync("order-mailer", "undelivered"), JsonSerializerOptions.Web)!.Items is [var one] && one.GetProperty("subject").GetString() == "poison");
    }

    /// <summary>Runs where Node is.</summary>
    private sealed class NodeFactAttribute : FactAttribute
    {
        public NodeFactAttribute()
        {
            if (!IsThere())
            {
                Skip = "node is not on the path";
            }
        }

        private static bool IsThere()
        {
            try
            {
                using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true });
                node!.WaitForExit();
                return node.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }
}
