namespace Payments.Charging;

internal sealed record PaymentOptions
{
    /// <summary>After this long without an answer of the provider the outcome counts as unknown, and is looked up.</summary>
    public TimeSpan ProviderTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The number of attempts at a charge that an event requests, before the payment is given up.</summary>
    public int ChargeAttempts { get; init; } = 3;

    /// <summary>The number of attempts at a refund that an event requests, before an operator has to decide.</summary>
    public int RefundAttempts { get; init; } = 5;

    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(2);
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan PauseAfter(int attempt) =>
        FirstPause * Math.Pow(2, attempt - 1) is var pause && pause < LongestPause ? pause : LongestPause;
}

internal static class ChargingRegistration
{
    public static IServiceCollection AddCharging(this IServiceCollection services)
    {
        services
            .AddOptions<PaymentOptions>()
            .BindConfiguration("Payments")
            .Validate(options => options.ProviderTimeout > TimeSpan.Zero, "Payments:ProviderTimeout must be longer than nothing")
            .Validate(
                options => options.ChargeAttempts > 0 && options.RefundAttempts > 0,
                "Payments:ChargeAttempts and Payments:RefundAttempts must be at least 1"
            )
            .Validate(
                options => options.FirstPause > TimeSpan.Zero && options.LongestPause >= options.FirstPause,
                "Payments:FirstPause must be longer than nothing and not longer than Payments:LongestPause"
            )
            .ValidateOnStart();
        return services.AddSingleton<PaymentStore>().AddSingleton<PaymentService>().AddSingleton<PaymentRequests>();
    }
}
