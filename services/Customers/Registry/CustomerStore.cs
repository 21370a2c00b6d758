using Dapr.Client;
using ServiceDefaults.Aggregates;
using ServiceDefaults.State;

namespace Customers.Registry;

/// <summary>Customers in the Dapr state store; each change publishes an event to the topic <c>customers</c>.</summary>
internal sealed class CustomerStore(DaprClient dapr, TimeProvider time)
{
    /// <summary>A customer who is not registered yet; never returned. Stored by older versions before the first event.</summary>
    private static readonly Customer Empty = new("", "", null, new Address("", "", "", ""), 0);

    private readonly AggregateStore<Customer> customers = new(dapr, "customers-store", KeyOf);

    public static string KeyOf(string customerId) => $"customer-{customerId}";

    public async Task<Stored<Customer>?> FindAsync(string customerId, CancellationToken cancellation) =>
        await customers.FindAsync(customerId, cancellation) is { Value.Version: > 0 } found ? found : null;

    /// <summary>Registers a customer. <see cref="WriteResult.Stale"/> if the id is taken; the existing customer is unchanged.</summary>
    public async Task<WriteResult> AddAsync(Customer customer, CancellationToken cancellation)
    {
        var stored = await customers.FindAsync(customer.CustomerId, cancellation) ?? Stored<Customer>.Missing(Empty);
        return stored.Value.Version == 0 ? await SaveAsync(stored, customer, "customer.registered", cancellation) : WriteResult.Stale;
    }

    public Task<WriteResult> ChangeAsync(Stored<Customer> read, Customer next, CancellationToken cancellation) =>
        SaveAsync(read, next, "customer.changed", cancellation);

    private Task<WriteResult> SaveAsync(Stored<Customer> read, Customer next, string type, CancellationToken cancellation)
    {
        var data = new CustomerEvent(
            $"{next.CustomerId}:{next.Version}",
            next.Version,
            time.GetUtcNow(),
            next.CustomerId,
            next.Name,
            next.Address.Country
        );
        return customers.WriteAsync(next.CustomerId, read, next, new OutgoingEvent(type, next.CustomerId, data), cancellation);
    }

    /// <summary>Stored format of <c>customer.registered</c> and <c>customer.changed</c>: no more of a person than others need.</summary>
    private sealed record CustomerEvent(
        string EventId,
        int Version,
        DateTimeOffset OccurredAt,
        string CustomerId,
        string Name,
        string Country
    );
}
