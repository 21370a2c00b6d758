namespace Orders.Repairing;

/// <summary>When open work is looked for (<c>Repair:*</c>).</summary>
internal sealed record RepairOptions
{
    /// <summary>How often open orders are looked through.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an order may stand still, and an event of ours be on its way back to us, before somebody helps.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a saga's workflow may be without any progress before it is ended and started again; a choreographed order's time-out may wait for as long as
    /// <c>Saga:StuckAfter</c> besides. Longer than any pause between two attempts.
    /// </summary>
    public TimeSpan AbandonedAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often shipments of orders that are not delivered are checked for a missing reminder.</summary>
    public TimeSpan ShipmentsEvery { get; init; } = TimeSpan.FromMinutes(10);

    public bool AreSane => Every > TimeSpan.Zero && Patience > TimeSpan.Zero && AbandonedAfter > TimeSpan.Zero && ShipmentsEvery > TimeSpan.Zero;
}

internal static class RepairRegistration
{
    public static void AddRepair(this IServiceCollection services)
    {
        services.AddOptions<RepairOptions>().BindConfiguration("Repair")
            .Validate(options => options.AreSane, "Repair:Every, Repair:Patience, Repair:AbandonedAfter and Repair:ShipmentsEvery must be longer than nothing")
            .ValidateOnStart();
        services.AddSingleton<UnseenEvents>().AddSingleton<OpenOrders>().AddHostedService<RepairLoop>();
    }
}
