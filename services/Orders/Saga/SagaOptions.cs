namespace Orders.Saga;

/// <summary>Settings of the saga (<c>Saga:*</c>); recorded with each order, so that a change is for orders to come.</summary>
internal sealed record SagaOptions
{
    public int StepAttempts { get; init; } = 3;
    public int CompensationAttempts { get; init; } = 5;
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(2);
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    public SagaRetries ToRetries() => new(StepAttempts, CompensationAttempts, FirstPause, LongestPause);
}

internal static class SagaOptionsRegistration
{
    public static void AddSagaOptions(this IServiceCollection services)
        => services.AddOptions<SagaOptions>().BindConfiguration("Saga")
            .Validate(options => options.StepAttempts > 0 && options.CompensationAttempts > 0, "Saga:StepAttempts and Saga:CompensationAttempts must be at least 1")
            .Validate(options => options.FirstPause > TimeSpan.Zero && options.LongestPause >= options.FirstPause, "Saga:FirstPause must be longer than nothing and not longer than Saga:LongestPause")
            .ValidateOnStart();
}
