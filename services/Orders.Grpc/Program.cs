using Microsoft.AspNetCore.Server.Kestrel.Core;
using Orders.Grpc.Following;
using Orders.Grpc.Serving;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
builder.Services.AddGrpc();
builder.Services.AddServiceClient<OrdersClient>("orders");
builder.Services.AddSingleton<OrderFeed>();

var app = builder.Build().UseServiceDefaults();
app.MapGrpcService<OrderServing>();
app.MapGrpcService<OrderEvents>();
app.MapGrpcService<AppHealth>();
app.Run();
