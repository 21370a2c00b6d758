using System.Net;

namespace Inventory.Expiry;

/// <summary>The state of an order, as the orders service returns it.</summary>
internal sealed class OrdersClient(HttpClient http, TimeProvider time)
{
    /// <summary>
    /// The time limit for one order. Meanwhile no order of the product is reserved, and the sidecar would wait for an order whose workflow
    /// hangs, and repeat the call, for most of a minute.
    /// </summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private const string Pending = "pending";
    private const string Cancelled = "cancelled";
    private const string Intervention = "intervention";
    private const string Cancelling = "cancelling";

    /// <summary>The code of orders' refusal; a 404 without it says nothing about the order.</summary>
    private const string NotFound = "order-not-found";

    /// <summary>The code of orders' failure about one order; a 500 without it is the sidecar's.</summary>
    private const string Failed = "internal-error";

    /// <summary>Fails on an answer that is not of orders: an address that another app has taken meanwhile has no such route.</summary>
    public async Task<OrderFate> FateOfAsync(string orderId, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(MaxWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await AskAsync(orderId, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return OrderFate.Unreadable;
        }
    }

    private async Task<OrderFate> AskAsync(string orderId, CancellationToken cancellation)
    {
        using var response = await http.GetAsync(new Uri($"/orders/{Uri.EscapeDataString(orderId)}", UriKind.Relative), cancellation);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.InternalServerError)
        {
            switch ((response.StatusCode, (await response.Content.ReadFromJsonAsync<OrderProblem>(cancellation))?.Code))
            {
                case (HttpStatusCode.NotFound, NotFound):
                    return OrderFate.Over;
                case (HttpStatusCode.InternalServerError, Failed):
                    return OrderFate.Unreadable;
            }
        }
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<OrderStatus>(cancellation))!.Status switch
        {
            Cancelled => OrderFate.Over,
            Pending or Intervention or Cancelling => OrderFate.Open,
            _ => OrderFate.Kept,
        };
    }

    private sealed record OrderStatus(string Status);

    private sealed record OrderProblem(string? Code);
}

internal enum OrderFate
{
    /// <summary>Its saga is at work, and will release or ship.</summary>
    Open,

    /// <summary>Confirmed: the goods are the customer's.</summary>
    Kept,

    /// <summary>Cancelled or unknown: no saga will release or ship the goods.</summary>
    Over,

    /// <summary>Orders can't read it, and has logged why, or does not answer in time.</summary>
    Unreadable,
}
