using Microsoft.AspNetCore.Server.Kestrel.Core;
using ServiceDefaults.Limits;
using ServiceDefaults.Requests;

namespace Orders.Grpc.Serving;

internal static class ServingRegistration
{
    public static WebApplicationBuilder AddServing(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2);
            // A daprd has one connection for everything: with the default of 100, that many open streams would keep out calls and probes.
            kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000;
        });
        builder.AddLimitOptions();
        builder
            .Services.AddSingleton<LimitInterceptor>()
            .AddGrpc()
            .AddServiceOptions<OrderServing>(serving =>
            {
                serving.Interceptors.Add<CallerInterceptor>();
                serving.Interceptors.Add<LimitInterceptor>();
            });
        return builder;
    }

    /// <summary>Users show their own token, which <see cref="CallerInterceptor"/> checks.</summary>
    public static void MapServing(this IEndpointRouteBuilder routes) => routes.MapGrpcService<OrderServing>().AdmitSidecar();
}
