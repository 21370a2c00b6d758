namespace Inventory.Stock;

/// <summary>Settings of the expiry of reservations (<c>Inventory:*</c>). An <see cref="ExpireAfter"/> of zero: never.</summary>
internal sealed record ExpiryOptions
{
    public TimeSpan ExpireAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The period between two searches for overdue reservations whose reminder is gone.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromMinutes(10);

    public bool Expires => ExpireAfter > TimeSpan.Zero;

    public TimeSpan Period => ExpireAfter / 2;
}
