namespace Orders.Repairing;

/// <summary>Periods and limits of the search for open work (<c>Repair:*</c>).</summary>
internal sealed record RepairOptions
{
    /// <summary>The period between two searches for open orders.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The time that an order may stand still, and an own event may take to come back, before repair acts.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The time that a saga's workflow may be without progress before repair ends it and starts it again; for a choreographed order's
    /// time-out <c>Saga:StuckAfter</c> is added. It must be longer than any pause between two attempts.
    /// </summary>
    public TimeSpan AbandonedAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The period between two searches for shipments whose reminder is gone.</summary>
    public TimeSpan ShipmentsEvery { get; init; } = TimeSpan.FromMinutes(10);

    public bool AreSane =>
        Every > TimeSpan.Zero && Patience > TimeSpan.Zero && AbandonedAfter > TimeSpan.Zero && ShipmentsEvery > TimeSpan.Zero;
}

internal static class RepairRegistration
{
    public static IServiceCollection AddRepair(this IServiceCollection services)
    {
        services
            .AddOptions<RepairOptions>()
            .BindConfiguration("Repair")
            .Validate(
                options => options.AreSane,
                "Repair:Every, Repair:Patience, Repair:AbandonedAfter and Repair:ShipmentsEvery must be longer than nothing"
            )
            .ValidateOnStart();
        return services.AddSingleton<AbandonedWorkflows>().AddSingleton<OpenOrders>().AddHostedService<RepairLoop>();
    }
}
