using ServiceDefaults.Startup;
using ServiceDefaults.State;

namespace Customers.Registry;

/// <summary>
/// Three customers to begin with; the third lives where nothing is shipped to. A record that can't be read is passed over: the service is
/// ready without it, and has the other customers.
/// </summary>
internal sealed class DemoCustomers(CustomerStore store, UnreadableRecords unreadable) : IStartupTask
{
    private static readonly Customer[] Customers =
    [
        new("customer-1", "Aiko Tanaka", "aiko@example.com", new Address("1-2-3 Ginza", "Tokyo", "104-0061", "JP"), 1),
        new("customer-2", "Ben Fischer", "ben@example.com", new Address("Lindenstraße 4", "Berlin", "10969", "DE"), 1),
        new("customer-3", "Cleo Nowhere", "cleo@example.com", new Address("Far Road 9", "Nowhere", "00000", "XX"), 1),
    ];

    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var customer in Customers)
        {
            await AddAsync(customer, cancellation);
        }
    }

    private async Task AddAsync(Customer customer, CancellationToken cancellation)
    {
        try
        {
            await store.AddAsync(customer, cancellation);
        }
        catch (Exception e) when (UnreadableRecords.AreCauseOf(e))
        {
            unreadable.Report(CustomerStore.KeyOf(customer.CustomerId), e);
        }
    }
}
