using ServiceDefaults;

namespace Orders.Grpc.Services;

internal static class OtherServicesRegistration
{
    public static IServiceCollection AddOtherServices(this IServiceCollection services) =>
        services.AddServiceClient<OrdersClient>("orders");
}
