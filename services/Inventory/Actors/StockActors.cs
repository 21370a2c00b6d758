using ServiceDefaults;

namespace Inventory.Actors;

internal static class StockActors
{
    public static void AddStockActors(this IServiceCollection services) =>
        services.AddActors(actors =>
        {
            actors.JsonSerializerOptions = Json.Options;
            actors.Actors.RegisterActor<ProductStockActor>();
        });
}
