using Inventory.Expiry;
using ServiceDefaults;

namespace Inventory.Turns;

internal static class StockActors
{
    public static void AddStockActors(this IServiceCollection services)
    {
        services.AddOptions<ExpiryOptions>().BindConfiguration("Inventory")
            .Validate(options => options.ExpireAfter >= TimeSpan.Zero, "Inventory:ExpireAfter must not be negative")
            .ValidateOnStart();
        services.AddSingleton<StockTurns>().AddSingleton<OpenReservationPages>().AddSingleton<ExpiredReservations>().AddBackgroundClient<OrdersClient>("orders");
        services.AddActors(actors =>
        {
            actors.JsonSerializerOptions = Json.Options;
            actors.Actors.RegisterActor<ProductStockActor>();
        });
    }
}
