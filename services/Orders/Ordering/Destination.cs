namespace Orders.Ordering;

/// <summary>Stored format: the address that an order's goods are shipped to.</summary>
internal sealed record Destination(string Name, string Line1, string City, string PostalCode, string Country)
{
    public static readonly Destination None = new("", "", "", "", "");
}
