using Inventory.Stock;
using ServiceDefaults;
using ServiceDefaults.Actors;

namespace Inventory.Expiry;

internal static class ExpiryRegistration
{
    public static IServiceCollection AddExpiry(this IServiceCollection services)
    {
        services
            .AddOptions<ExpiryOptions>()
            .BindConfiguration("Inventory")
            .Validate(options => options.ExpireAfter >= TimeSpan.Zero, "Inventory:ExpireAfter must not be negative")
            .Validate(options => options.RenewEvery > TimeSpan.Zero, "Inventory:RenewEvery must be longer than nothing")
            .ValidateOnStart();
        return services
            .AddSingleton<OpenReservationPages>()
            .AddSingleton<ExpiredReservations>()
            .AddBackgroundClient<OrdersClient>("orders")
            .AddActorReminders()
            .AddHostedService<ReminderRenewal>();
    }
}
