namespace Inventory.Expiry;

/// <summary>When a reservation whose order has not come to an end is looked into. Zero: never.</summary>
internal sealed record ExpiryOptions
{
    public TimeSpan ExpireAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How often overdue reservations are looked for whose reminder is gone.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromMinutes(10);

    public bool Expires => ExpireAfter > TimeSpan.Zero;

    public TimeSpan Period => ExpireAfter / 2;
}
