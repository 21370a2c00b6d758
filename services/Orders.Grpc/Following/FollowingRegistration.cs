using ServiceDefaults.Requests;

namespace Orders.Grpc.Following;

internal static class FollowingRegistration
{
    public static IServiceCollection AddFollowing(this IServiceCollection services) => services.AddSingleton<OrderFeed>();

    public static void MapFollowing(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<OrderEvents>().AdmitSidecar();
        routes.MapGrpcService<AppHealth>().AdmitSidecar();
    }
}
