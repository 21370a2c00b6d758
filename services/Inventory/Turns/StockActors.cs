using Inventory.Expiry;
using ServiceDefaults;
using ServiceDefaults.Actors;

namespace Inventory.Turns;

internal static class StockActors
{
    public static void AddStockActors(this IServiceCollection services)
    {
        services
            .AddOptions<ExpiryOptions>()
            .BindConfiguration("Inventory")
            .Validate(options => options.ExpireAfter >= TimeSpan.Zero, "Inventory:ExpireAfter must not be negative")
            .Validate(options => options.RenewEvery > TimeSpan.Zero, "Inventory:RenewEvery must be longer than nothing")
            .ValidateOnStart();
        services
            .AddSingleton<StockTurns>()
            .AddSingleton<OpenReservationPages>()
            .AddSingleton<ExpiredReservations>()
            .AddBackgroundClient<OrdersClient>("orders");
        services.AddActorReminders().AddHostedService<ReminderRenewal>();
        services.AddActors(actors =>
        {
            actors.JsonSerializerOptions = Json.Options;
            actors.Actors.RegisterActor<ProductStockActor>();
        });
    }
}
