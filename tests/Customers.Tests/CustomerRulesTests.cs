using Customers.Registry;
using ServiceDefaults.Refusals;

namespace Customers.Tests;

public sealed class CustomerRulesTests
{
    private static readonly Address Home = new("Main St 1", "Graz", "8010", "AT");
    private static readonly CustomerDetails Good = new("Ada", "ada@example.org", Home);

    [Fact]
    public void A_registered_customer_has_the_details_of_the_request() =>
        Assert.Equal(new Customer("c1", "Ada", "ada@example.org", Home, 1), CustomerRules.Register("c1", Good).Value);

    [Fact]
    public void Names_are_trimmed_and_countries_written_in_capitals()
    {
        var customer = CustomerRules.Register("c1", Good with { Name = " Ada ", Address = Home with { Country = "at" } }).Value!;
        Assert.Equal(("Ada", "AT"), (customer.Name, customer.Address.Country));
    }

    [Fact]
    public void An_email_address_is_not_needed() => Assert.Null(CustomerRules.Register("c1", Good with { Email = null }).Refusal);

    [Fact]
    public void A_change_keeps_the_id_and_counts_the_version()
    {
        var before = CustomerRules.Register("c1", Good).Value!;
        Assert.Equal(before with { Name = "Ada L.", Version = 2 }, CustomerRules.Change(before, Good with { Name = "Ada L." }).Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    public void A_customer_needs_a_name(string? name) => AssertRefused("name-missing", Good with { Name = name });

    [Fact]
    public void Names_and_email_addresses_have_a_longest_length()
    {
        AssertRefused("name-too-long", Good with { Name = new string('n', 201) });
        AssertRefused("email-too-long", Good with { Email = $"a@{new string('b', 200)}" });
    }

    [Theory]
    [InlineData("")]
    [InlineData("ada")]
    public void An_email_address_looks_like_one(string email) => AssertRefused("email-invalid", Good with { Email = email });

    [Fact]
    public void Registering_without_a_complete_address_is_refused()
    {
        AssertRefused("address-missing", Good with { Address = null });
        AssertRefused("address-incomplete", Good with { Address = Home with { Line1 = "" } });
        AssertRefused("address-incomplete", Good with { Address = Home with { City = null! } });
        AssertRefused("address-incomplete", Good with { Address = Home with { PostalCode = "" } });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AUT")]
    [InlineData("4!")]
    public void A_country_is_two_letters(string? country) =>
        AssertRefused("country-invalid", Good with { Address = Home with { Country = country! } });

    [Fact]
    public void A_change_must_meet_the_same_rules() =>
        Assert.Equal(
            "name-missing",
            CustomerRules.Change(CustomerRules.Register("c1", Good).Value!, Good with { Name = null }).Refusal!.Code
        );

    private static void AssertRefused(string code, CustomerDetails details)
    {
        var refusal = CustomerRules.Register("c1", details).Refusal;
        Assert.Equal((RefusalKind.Invalid, code), (refusal?.Kind, refusal?.Code));
    }
}
