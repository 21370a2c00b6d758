using Grpc.Core;
using Grpc.Core.Interceptors;
using ServiceDefaults.Identity;
using ServiceDefaults.Requests;
using ServiceDefaults.Startup;

namespace Orders.Grpc.Serving;

/// <summary>
/// Demands of every call the bearer token that the gateway demands, in the metadata <c>authorization</c>, and puts the user into
/// <see cref="ServerCallContext.UserState"/>. Refuses with UNAUTHENTICATED without a valid token, with PERMISSION_DENIED without a role,
/// and with UNAVAILABLE until the key that checks tokens has been read.
/// </summary>
internal sealed class CallerInterceptor(StartupState startup) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    )
    {
        Identify(context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        Identify(context);
        return continuation(request, responseStream, context);
    }

    private void Identify(ServerCallContext context)
    {
        if (!startup.IsReady)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The service is starting; try again."));
        }
        var user = context.GetHttpContext().User;
        if (user.Name() is null)
        {
            throw new RpcException(
                new Status(StatusCode.Unauthenticated, "A valid bearer token is needed in the metadata 'authorization'.")
            );
        }
        var caller = user.ToCaller();
        context.UserState[nameof(Caller)] = caller is not Caller.Anonymous
            ? caller
            : throw new RpcException(new Status(StatusCode.PermissionDenied, "The token names no role that may use orders."));
    }
}

internal static class CallerOfCall
{
    public static Caller Caller(this ServerCallContext context) => (Caller)context.UserState[nameof(ServiceDefaults.Requests.Caller)];
}
