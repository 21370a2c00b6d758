using ServiceDefaults.Startup;

namespace Customers.Registry;

internal static class RegistryRegistration
{
    public static IServiceCollection AddRegistry(this IServiceCollection services) =>
        services.AddSingleton<CustomerStore>().AddStartupTask<DemoCustomers>();
}
