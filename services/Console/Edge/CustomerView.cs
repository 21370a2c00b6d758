namespace Console.Edge;

public sealed record CustomerView(string CustomerId, string Name)
{
    public string? Email { get; init; }

    public AddressView? Address { get; init; }
}

public sealed record AddressView(string? Line1, string? City, string? PostalCode, string? Country);
