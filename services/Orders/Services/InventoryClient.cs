using Orders.Ordering;
using ServiceDefaults;
using ServiceDefaults.Refusals;

namespace Orders.Services;

/// <param name="Available">The unreserved quantity, possibly a moment old; null from an older inventory service.</param>
internal sealed record PriceInfo(string ProductId, long Price, string Currency, int? Available = null);

internal sealed class InventoryClient(HttpClient http)
{
    /// <summary>The catalogue's prices and stock; products that are not in it are missing from the answer.</summary>
    public async Task<Outcome<IReadOnlyDictionary<string, PriceInfo>>> PricesAsync(
        IReadOnlyList<string> productIds,
        CancellationToken cancellation
    )
    {
        using var response = await http.PostAsJsonAsync("/products/prices", new { productIds }, Json.Options, cancellation);
        var prices = await response.ReadAsync<PriceList>(cancellation);
        return prices.Refusal is { } refusal ? refusal : prices.Value!.Items.ToDictionary(item => item.ProductId, StringComparer.Ordinal);
    }

    /// <summary>All lines or none; repeated, the same answer again.</summary>
    public async Task<Outcome<Unit>> ReserveAsync(string orderId, IReadOnlyList<OrderLine> items, CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync(
            $"/reservations/{orderId}",
            new { items = items.Select(item => new { item.ProductId, item.Quantity }) },
            Json.Options,
            cancellation
        );
        return await response.ReadAsync<Unit>(cancellation);
    }

    public async Task<Outcome<Unit>> ReleaseAsync(string orderId, CancellationToken cancellation)
    {
        using var response = await http.PostAsync(new Uri($"/reservations/{orderId}/release", UriKind.Relative), null, cancellation);
        return await response.ReadAsync<Unit>(cancellation);
    }

    private sealed record PriceList(IReadOnlyList<PriceInfo> Items);
}

/// <summary>An answer of which only the status counts.</summary>
internal sealed record Unit;
