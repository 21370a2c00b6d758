using System.Text.Json;
using Customers.Registry;
using Microsoft.Extensions.Time.Testing;
using ServiceDefaults;
using ServiceDefaults.State;
using ServiceFakes;

namespace Customers.Tests;

/// <summary>What is stored or sent outlives the code that wrote it: these texts are never edited, only added to.</summary>
public sealed class StoredFormatTests
{
    private const string CustomerJson =
        """{"customerId":"c1","name":"Ada","email":"ada@example.org","address":{"line1":"Main St 1","city":"Graz","postalCode":"8010","country":"AT"},"version":1}""";

    private static readonly Customer Ada = new("c1", "Ada", "ada@example.org", new Address("Main St 1", "Graz", "8010", "AT"), 1);

    private readonly MemoryState state = new MemoryState().Knows<Customer>();
    private readonly CustomerStore customers;

    public StoredFormatTests() =>
        customers = new CustomerStore(state.Client, new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));

    [Fact]
    public void A_customer_keeps_its_text_and_loads_again()
    {
        Assert.Equal(CustomerJson, JsonSerializer.Serialize(Ada, Json.Options));
        Assert.Equal(Ada, Read(CustomerJson));
    }

    [Fact]
    public void A_stored_customer_loads_with_reordered_and_added_fields() =>
        Assert.Equal(
            Ada with
            {
                Email = null,
            },
            Read(
                """{"version":1,"addedLater":1,"address":{"country":"AT","postalCode":"8010","city":"Graz","line1":"Main St 1"},"name":"Ada","customerId":"c1"}"""
            )
        );

    [Fact]
    public async Task Published_events_keep_their_text_with_name_and_country_alone()
    {
        Assert.Equal(WriteResult.Written, await customers.AddAsync(Ada, default));
        var read = (await customers.FindAsync("c1", default))!;
        Assert.Equal(WriteResult.Written, await customers.ChangeAsync(read, read.Value with { Name = "Ada L.", Version = 2 }, default));

        Assert.Equal(
            [
                new PublishedEvent(
                    "customer.registered",
                    "c1",
                    """{"eventId":"c1:1","version":1,"occurredAt":"2026-01-02T03:04:05+00:00","customerId":"c1","name":"Ada","country":"AT"}"""
                ),
                new PublishedEvent(
                    "customer.changed",
                    "c1",
                    """{"eventId":"c1:2","version":2,"occurredAt":"2026-01-02T03:04:05+00:00","customerId":"c1","name":"Ada L.","country":"AT"}"""
                ),
            ],
            state.Published
        );
        Assert.NotNull(state.JsonOf("customers-store", "customer-c1"));
    }

    [Fact]
    public async Task Adding_an_existing_customer_changes_nothing()
    {
        Assert.Equal(WriteResult.Written, await customers.AddAsync(Ada, default));
        Assert.Equal(WriteResult.Stale, await customers.AddAsync(Ada with { Name = "Bob" }, default));

        Assert.Equal("Ada", (await customers.FindAsync("c1", default))!.Value.Name);
    }

    [Fact]
    public async Task A_change_based_on_an_old_reading_is_not_made()
    {
        Assert.Equal(WriteResult.Written, await customers.AddAsync(Ada, default));
        var read = (await customers.FindAsync("c1", default))!;
        Assert.Equal(WriteResult.Written, await customers.ChangeAsync(read, read.Value with { Name = "first", Version = 2 }, default));

        Assert.Equal(WriteResult.Stale, await customers.ChangeAsync(read, read.Value with { Name = "second", Version = 2 }, default));
        Assert.Equal("first", (await customers.FindAsync("c1", default))!.Value.Name);
    }

    private static Customer Read(string json) => JsonSerializer.Deserialize<Customer>(json, Json.Options)!;
}
