using Customers.Registry;
using Microsoft.Extensions.Logging.Abstractions;
using ServiceDefaults.State;
using ServiceFakes;

namespace Customers.Tests;

public sealed class DemoCustomersTests
{
    [Fact]
    public async Task A_customer_that_can_not_be_read_does_not_stop_the_start()
    {
        var state = new MemoryState().Knows<Customer>();
        state.Put("customers-store", CustomerStore.KeyOf("customer-1"), """{"customerId":"customer-1","version":"first"}""");
        var demo = new DemoCustomers(
            new CustomerStore(state.Client, TimeProvider.System),
            new UnreadableRecords(NullLogger<UnreadableRecords>.Instance)
        );

        await demo.RunAsync(default);

        Assert.Equal(["customer-2", "customer-3"], state.Published.Select(one => one.Subject));
    }
}
