using Gateway.Aggregation;
using Gateway.Routing;
using ServiceDefaults;
using ServiceDefaults.Requests;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Configuration[AppToken.Edge] = "true";
builder.Services.AddReverseProxy();
builder.Services.AddOrderFeed();
builder.Services.AddServiceClient<OrdersClient>("orders").AddServiceClient<CustomersClient>("customers");

var app = builder.Build().UseServiceDefaults();
app.MapOrderDetails();
app.MapOrderFeed();
app.MapServices();
app.Run();
