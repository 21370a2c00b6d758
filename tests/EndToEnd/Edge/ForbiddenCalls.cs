using System.Net;
using EndToEnd.Systems;

namespace EndToEnd.Edge;

/// <summary>Calls by an app with its own token that its work does not need, at least one for each app.</summary>
internal sealed record ForbiddenCall(string From, string Method, string To, string Target)
{
    /// <summary>The call at the sidecar of <see cref="From"/>.</summary>
    public string Path => $"/v1.0/invoke/{To}/method/{Target}";

    public string? Body => Method == "GET" ? null : """{"decision":"approve","price":1}""";

    public override string ToString() => $"{From}: {Method} {To}/{Target}";
}

internal static class ForbiddenCalls
{
    public static readonly IReadOnlyList<ForbiddenCall> All =
    [
        new("shipping", "POST", "payments", "payments/some-order/refund"),
        new("shipping", "POST", "payments", "payments/some-order"),
        new("shipping", "PUT", "inventory", "products/product-1"),
        new("shipping", "GET", "customers", "customers/customer-1"),
        new("shipping", "GET", "orders", "orders"),
        new("shipping", "POST", "orders", "operations/approvals/some-order"),
        new("payments", "POST", "shipping", "operations/shipments/some-order/ship"),
        new("inventory", "POST", "orders", "orders"),
        new("orders", "PUT", "inventory", "products/product-1"),
        new("orders", "POST", "shipping", "operations/shipments/some-order/ship"),
        new("customers", "POST", "orders", "events/signals"),
        new("gateway", "POST", "payments", "payments/some-order/refund"),
        new("gateway", "POST", "inventory", "reservations/some-order/release"),
        new("gateway", "POST", "orders", "events/signals"),
    ];

    /// <summary>Makes all calls at once, because the callers' policies repeat a refused call for seconds.</summary>
    public static async Task<IReadOnlyList<(ForbiddenCall Call, HttpStatusCode Status, string Body)>> AnswersAsync(OrderSystem system) =>
        await Task.WhenAll(All.Select(call => AnswerAsync(system, call)));

    private static async Task<(ForbiddenCall Call, HttpStatusCode Status, string Body)> AnswerAsync(OrderSystem system, ForbiddenCall call)
    {
        using var sidecar = system.SidecarOf(call.From);
        using var answer = await sidecar.SendAsync(new HttpMethod(call.Method), call.Path, call.Body);
        return (call, answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
