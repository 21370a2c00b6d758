namespace Payments.Provider;

internal static class ProviderRegistration
{
    public static IServiceCollection AddProvider(this IServiceCollection services) =>
        services.AddSingleton<IPaymentProvider, SimulatedProvider>();
}
