using Gateway.Forwarding;
using Gateway.Resilience;
using Microsoft.Extensions.Caching.Memory;

namespace Gateway.Aggregation;

/// <summary>
/// Caches the customers in the details of orders for five seconds: a client that follows an order reads it many times, and its customer
/// rarely changes. A change through this gateway removes the entry.
/// </summary>
internal sealed class CustomerCache(CustomersClient customers, AppBreakers breakers, IMemoryCache memory)
{
    /// <summary>The greatest age of a cached customer that another instance of the gateway has changed.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    /// <summary>The customer as JSON; null when there is none to be shown right now.</summary>
    public Task<byte[]?> FindAsync(HttpContext context, string customerId, CancellationToken cancellation) =>
        memory.TryGetValue(customerId, out byte[]? known) ? Task.FromResult(known) : FetchAsync(context, customerId, cancellation);

    public void Forget(string customerId) => memory.Remove(customerId);

    private async Task<byte[]?> FetchAsync(HttpContext context, string customerId, CancellationToken cancellation)
    {
        byte[]? found = null;
        await breakers
            .Of("customers")
            .TryAsync(async () =>
            {
                using var response = await customers.GetAsync(context, customerId, cancellation);
                found = response.IsSuccessStatusCode
                    ? memory.Set(customerId, await response.Content.ReadAsByteArrayAsync(cancellation), Lifetime)
                    : null;
                return await SidecarFailure.EndOfAsync(response, cancellation);
            });
        return found;
    }
}
