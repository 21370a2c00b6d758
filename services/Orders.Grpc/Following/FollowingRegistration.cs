using Microsoft.AspNetCore.Mvc;
using ServiceDefaults;
using ServiceDefaults.Requests;

namespace Orders.Grpc.Following;

internal static class FollowingRegistration
{
    public static IServiceCollection AddFollowing(this IServiceCollection services)
    {
        services.AddGrpc().AddServiceOptions<OrderEvents>(events => events.MaxReceiveMessageSize = (int)ServiceHost.MaxDeliveryBytes);
        return services.AddSingleton<OrderFeed>();
    }

    public static void MapFollowing(this IEndpointRouteBuilder routes)
    {
        // A bulk may be longer than what a client may send: a hundred orders with a hundred lines each.
        routes.MapGrpcService<OrderEvents>().AdmitSidecar().WithMetadata(new RequestSizeLimitAttribute(ServiceHost.MaxDeliveryBytes));
        routes.MapGrpcService<AppHealth>().AdmitSidecar();
    }
}
