using System.Net.Mail;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Customers.Registry;

/// <summary>Stored format. Where goods go for <paramref name="Country"/> (ISO 3166-1 alpha-2).</summary>
internal sealed record Address(string Line1, string City, string PostalCode, string Country);

/// <summary>Stored format.</summary>
internal sealed record Customer(string CustomerId, string Name, string? Email, Address Address, int Version);

/// <summary>The fields of a customer that a caller can set; the service sets id and version.</summary>
internal sealed record CustomerDetails(string? Name, string? Email, Address? Address);

/// <summary>The rules for customer data: a sum without effects.</summary>
internal static class CustomerRules
{
    private const int MaxLength = 200;
    private const int MaxPostalCodeLength = 20;

    public static Outcome<Customer> Register(string customerId, CustomerDetails details) =>
        Check(details) ?? (Outcome<Customer>)Make(customerId, details, 1);

    public static Outcome<Customer> Change(Customer before, CustomerDetails details) =>
        Check(details) ?? (Outcome<Customer>)Make(before.CustomerId, details, before.Version + 1);

    private static Customer Make(string id, CustomerDetails details, int version) =>
        new(
            id,
            details.Name!.Trim(),
            details.Email,
            details.Address! with
            {
                Country = details.Address.Country.ToUpperInvariant(),
            },
            version
        );

    private static Refusal? Check(CustomerDetails details) =>
        details switch
        {
            _ when string.IsNullOrWhiteSpace(details.Name) => Refusal.Invalid("name-missing", "A customer needs a name."),
            { Name.Length: > MaxLength } => Refusal.Invalid("name-too-long", $"A name has at most {MaxLength} characters."),
            _ when !VisibleText.IsValid(details.Name.Trim(), MaxLength) => Refusal.Invalid(
                "name-invalid",
                "A name must not hold control characters."
            ),
            { Email.Length: > MaxLength } => Refusal.Invalid("email-too-long", $"An e-mail address has at most {MaxLength} characters."),
            { Email: { } email } when !IsMailAddress(email) => Refusal.Invalid("email-invalid", "email must be an e-mail address."),
            { Address: null } => Refusal.Invalid(
                "address-missing",
                "A customer needs an address with line1, city, postalCode and country."
            ),
            { Address: { Line1: null or "" } or { City: null or "" } or { PostalCode: null or "" } } => Refusal.Invalid(
                "address-incomplete",
                "An address needs line1, city, postalCode and country."
            ),
            { Address: var address }
                when !VisibleText.IsValid(address.Line1, MaxLength)
                    || !VisibleText.IsValid(address.City, MaxLength)
                    || !VisibleText.IsValid(address.PostalCode, MaxPostalCodeLength) => Refusal.Invalid(
                "address-invalid",
                $"line1 and city have at most {MaxLength} visible characters, postalCode {MaxPostalCodeLength}."
            ),
            { Address.Country: not [(>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), (>= 'a' and <= 'z') or (>= 'A' and <= 'Z')] } =>
                Refusal.Invalid("country-invalid", "country must be two letters (ISO 3166-1)."),
            _ => null,
        };

    private static bool IsMailAddress(string email) =>
        VisibleText.IsValid(email, MaxLength) && MailAddress.TryCreate(email, out var parsed) && parsed.Address == email;
}
