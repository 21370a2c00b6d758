using Orders.Ordering;
using ServiceDefaults.Events;

namespace Orders.Saga;

/// <summary>Settings of the saga (<c>Saga:*</c>); recorded with each order, so that a change is for orders to come.</summary>
internal sealed record SagaOptions
{
    /// <summary>The kind of saga of an order that names none.</summary>
    public string Default { get; init; } = SagaKinds.Orchestration;

    public int StepAttempts { get; init; } = 3;

    /// <summary>
    /// The number of attempts at a compensation before an operator has to decide. With the pauses about three quarters of a minute: longer
    /// than the longest pause before an app that keeps failing is restarted.
    /// </summary>
    public int CompensationAttempts { get; init; } = 7;

    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(2);
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Orders with a larger total, in minor units, wait for an operator. Not set: none do.</summary>
    public long? ApprovalLimit { get; init; }

    /// <summary>The time limit of an approval; then the order is rejected.</summary>
    public TimeSpan ApprovalTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The time without progress after which a choreographed order is compensated.</summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromMinutes(1);

    public SagaRetries ToRetries() => new(StepAttempts, CompensationAttempts, FirstPause, LongestPause);

    public ApprovalTerms ToApproval() => new(ApprovalLimit, ApprovalTime);
}

internal static class SagaRegistration
{
    public static IServiceCollection AddSaga(this IServiceCollection services)
    {
        services
            .AddOptions<SagaOptions>()
            .BindConfiguration("Saga")
            .Validate(
                options => options.Default is SagaKinds.Orchestration or SagaKinds.Choreography,
                "Saga:Default must be orchestration or choreography"
            )
            .Validate(
                options => options.StepAttempts > 0 && options.CompensationAttempts > 0,
                "Saga:StepAttempts and Saga:CompensationAttempts must be at least 1"
            )
            .Validate(
                options => options.FirstPause > TimeSpan.Zero && options.LongestPause >= options.FirstPause,
                "Saga:FirstPause must be longer than nothing and not longer than Saga:LongestPause"
            )
            .Validate(
                options => options.ApprovalLimit is null or >= 0 && options.ApprovalTime > TimeSpan.Zero,
                "Saga:ApprovalLimit must not be negative, Saga:ApprovalTime must be longer than nothing"
            )
            .Validate(options => options.StuckAfter > TimeSpan.Zero, "Saga:StuckAfter must be longer than nothing")
            .ValidateOnStart();
        return services.AddSingleton<ServiceCalls>();
    }
}
