namespace Inventory.Stock;

/// <summary>When a reservation whose order has not come to an end is looked into. Zero: never.</summary>
internal sealed record ExpiryOptions
{
    public TimeSpan ExpireAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The period between two searches for overdue reservations whose reminder is gone.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromMinutes(10);

    public bool Expires => ExpireAfter > TimeSpan.Zero;

    public TimeSpan Period => ExpireAfter / 2;
}
