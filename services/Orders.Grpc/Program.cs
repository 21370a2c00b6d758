using Microsoft.AspNetCore.Server.Kestrel.Core;
using Orders.Grpc.Following;
using Orders.Grpc.Serving;
using ServiceDefaults;
using ServiceDefaults.Identity;
using ServiceDefaults.Requests;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults().AddIdentity();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
builder.Services.AddGrpc().AddServiceOptions<OrderServing>(serving => serving.Interceptors.Add<CallerInterceptor>());
builder.Services.AddServiceClient<OrdersClient>("orders");
builder.Services.AddSingleton<OrderFeed>();

var app = builder.Build().UseServiceDefaults();
app.UseAuthentication();
app.MapGrpcService<OrderServing>().AdmitSidecar(); // users show their own token
app.MapGrpcService<OrderEvents>().AdmitSidecar();
app.MapGrpcService<AppHealth>().AdmitSidecar();
app.Run();
