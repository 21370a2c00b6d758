using ServiceDefaults;

namespace Orders.Services;

internal static class OtherServicesRegistration
{
    public static IServiceCollection AddOtherServices(this IServiceCollection services) =>
        services
            .AddServiceClient<CustomersClient>("customers")
            .AddServiceClient<InventoryClient>("inventory")
            .AddServiceClient<PaymentsClient>("payments")
            .AddServiceClient<ShippingClient>("shipping");
}
