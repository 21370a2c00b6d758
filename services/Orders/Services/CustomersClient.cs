using ServiceDefaults.Refusals;

namespace Orders.Services;

/// <summary>The fields of a customer that orders reads.</summary>
internal sealed record CustomerInfo(string CustomerId, string Name, AddressInfo Address);

internal sealed record AddressInfo(string Line1, string City, string PostalCode, string Country);

internal sealed class CustomersClient(HttpClient http)
{
    public async Task<Outcome<CustomerInfo>> FindAsync(string customerId, CancellationToken cancellation)
    {
        using var response = await http.GetAsync(new Uri($"/customers/{Uri.EscapeDataString(customerId)}", UriKind.Relative), cancellation);
        return await response.ReadAsync<CustomerInfo>(cancellation);
    }
}
