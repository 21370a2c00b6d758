namespace Inventory.Stock;

internal static class StockRegistration
{
    public static IServiceCollection AddStock(this IServiceCollection services) =>
        services.AddSingleton<ProductStore>().AddSingleton<StockStore>().AddSingleton<ReservationEvents>();
}
