namespace Orders.Repairing;

/// <summary>Periods and limits of the search for open work (<c>Repair:*</c>).</summary>
internal sealed record RepairOptions
{
    /// <summary>The period between two searches for open orders.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The time after which an order without progress, or an event that was not received, is repaired.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The time without progress after which the workflow of a saga is terminated and started again; <c>Saga:StuckAfter</c> is added for
    /// the time-out of a choreographed order. It must be longer than any pause between two attempts.
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
        return services
            .AddSingleton<AbandonedWorkflows>()
            .AddSingleton<MissingSagas>()
            .AddSingleton<OpenOrders>()
            .AddHostedService<RepairLoop>();
    }
}
