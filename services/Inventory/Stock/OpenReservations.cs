namespace Inventory.Stock;

/// <summary>Stored format: an order that holds goods, and the time of the last check of it.</summary>
internal sealed record OpenReservation(string OrderId, DateTimeOffset Since);

/// <summary>
/// Stored format: the reservations of a product that are not known to have ended. The newest are in this record, older ones on pages
/// numbered from <paramref name="First"/> up to, not including, <paramref name="Next"/>, so adding one costs the same with any number of
/// pages. An order of several products is listed at the first of them only.
/// </summary>
internal sealed record OpenReservations(int First, int Next, IReadOnlyList<OpenReservation> Newest)
{
    public const int PageSize = 32;

    public static readonly OpenReservations None = new(0, 0, []);

    public bool IsEmpty => First == Next && Newest.Count == 0;

    /// <summary>With one more; a page that is full is given back to be stored under the number <see cref="Next"/> had.</summary>
    public (OpenReservations After, IReadOnlyList<OpenReservation>? FullPage) Add(OpenReservation one) =>
        Newest.Count < PageSize ? (this with { Newest = [.. Newest, one] }, null) : (new OpenReservations(First, Next + 1, [one]), Newest);

    public static string KeyOf(string productId) => $"open-{productId}";

    public static string PageKeyOf(string productId, int number) => $"open-page-{number}-{productId}";
}
