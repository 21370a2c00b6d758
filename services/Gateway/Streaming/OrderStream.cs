using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Gateway.Aggregation;
using Gateway.Limits;
using Grpc.Core;
using Orders.V1;
using ServiceDefaults.Identity;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Gateway.Streaming;

/// <summary>
/// One client's stream. It ends when a page can't be read or the changes end: the client comes back, and goes on where it was.
/// </summary>
internal sealed class OrderStream(
    OrdersClient orders,
    HttpContext asking,
    string? customerId,
    DateTimeOffset begun,
    StreamPosition? position
)
{
    /// <summary>
    /// What was sent, while the list is being read: a change may come before the list's own word for it. The time of the last change by
    /// order.
    /// </summary>
    private readonly Dictionary<string, DateTimeOffset> sent = new(StringComparer.Ordinal);

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
                    sent[orderId] = updatedAt;
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
                && (!sent.TryGetValue(orderId, out var before) || updatedAt > before)
            )
            {
                sent[orderId] = updatedAt;
                yield return Event(order, new StreamPosition(updatedAt, updatedAt, orderId, updatedAt));
            }
        }
    }

    private static SseItem<JsonElement> Event(JsonElement order, StreamPosition position) =>
        new(order, "order") { EventId = position.ToString() };

    private static (string OrderId, DateTimeOffset UpdatedAt) KeyOf(JsonElement order) =>
        (order.GetProperty("orderId").GetString()!, order.GetProperty("updatedAt").GetDateTimeOffset());

    /// <exception cref="HttpRequestException">The list can't be read on; the connection breaks off, so that the client comes
    /// back.</exception>
    private async Task<OrderPage?> PageAsync(string cursor, CancellationToken cancellation)
    {
        using var response = await orders.ListAsync(asking, customerId, cursor, cancellation);
        return await OrderFeed.ReadAsync(response.EnsureSuccessStatusCode(), cancellation);
    }

    private async Task<JsonElement?> FindAsync(string orderId, CancellationToken cancellation)
    {
        using var response = await orders.FindAsync(asking, orderId, cancellation);
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
