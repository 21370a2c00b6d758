using ServiceDefaults.Startup;

namespace Inventory.Catalogue;

internal static class CatalogueRegistration
{
    public static IServiceCollection AddCatalogue(this IServiceCollection services) => services.AddStartupTask<DemoProducts>();
}
