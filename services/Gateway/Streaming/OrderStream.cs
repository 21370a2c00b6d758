using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Gateway.Aggregation;
using Grpc.Core;
using Orders.V1;
using ServiceDefaults.Events;

namespace Gateway.Streaming;

/// <summary>
/// The event stream of one client. It ends if a page cannot be read or the changes end; the client reconnects and continues after its last
/// event.
/// </summary>
internal sealed class OrderStream(
    OrdersClient orders,
    HttpContext context,
    string? customerId,
    DateTimeOffset begun,
    StreamPosition? position
)
{
    /// <summary>A change may arrive before the list shows it.</summary>
    private readonly SentChanges sent = new(begun);

    public async IAsyncEnumerable<SseItem<JsonElement>> ReadAsync(
        OrderPage? page,
        IAsyncStreamReader<Order>? live,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var reached = position is null;
        while (page is not null)
        {
            foreach (var order in page.Items)
            {
                var (orderId, updatedAt) = KeyOf(order);
                var lacks = position?.Lacks(orderId, updatedAt, reached) ?? true;
                reached |= orderId == position?.OrderId;
                if (lacks)
                {
                    sent.Add(orderId, updatedAt);
                    yield return Event(order, new StreamPosition(position?.Since ?? DateTimeOffset.UnixEpoch, begun, orderId, updatedAt));
                }
            }
            page = page.NextCursor is { } cursor ? await PageAsync(cursor, cancellation) : null;
        }
        while (live is not null && await NextAsync(live, cancellation) is { } changed)
        {
            if (
                await FindAsync(changed, cancellation) is { } order
                && KeyOf(order) is var (orderId, updatedAt)
                && sent.Add(orderId, updatedAt)
            )
            {
                yield return Event(order, new StreamPosition(updatedAt, updatedAt, orderId, updatedAt));
            }
        }
    }

    private static SseItem<JsonElement> Event(JsonElement order, StreamPosition position) =>
        new(order, "order") { EventId = position.ToString() };

    private static (string OrderId, DateTimeOffset UpdatedAt) KeyOf(JsonElement order) =>
        (order.GetProperty("orderId").GetString()!, order.GetProperty("updatedAt").GetDateTimeOffset());

    /// <exception cref="HttpRequestException">
    /// The list cannot be read. The connection is closed, so that the client reconnects.
    /// </exception>
    private async Task<OrderPage?> PageAsync(string cursor, CancellationToken cancellation)
    {
        using var response = await orders.ListAsync(context, customerId, cursor, cancellation);
        return await OrderFeed.ReadAsync(response.EnsureSuccessStatusCode(), cancellation);
    }

    private async Task<JsonElement?> FindAsync(string orderId, CancellationToken cancellation)
    {
        using var response = await orders.FindAsync(context, orderId, cancellation);
        return response.StatusCode == HttpStatusCode.NotFound
            ? null
            : await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    /// <summary>Every end of the stream is the same to the client: the answer has begun and can't turn into an error.</summary>
    private static async Task<string?> NextAsync(IAsyncStreamReader<Order> live, CancellationToken cancellation)
    {
        try
        {
            return await live.MoveNext(cancellation) ? live.Current.OrderId : null;
        }
        catch (RpcException)
        {
            return null;
        }
    }
}
