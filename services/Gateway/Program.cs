using Gateway.Aggregation;
using Gateway.Documentation;
using Gateway.Identity;
using Gateway.Limits;
using Gateway.Routing;
using ServiceDefaults;
using ServiceDefaults.Requests;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults().AddIdentity().AddLimits();
builder.Configuration[AppToken.Edge] = "true";
builder.Services.AddReverseProxy();
builder.Services.AddMemoryCache().AddSingleton<RememberedCustomers>().AddSingleton<ServiceHealth>().AddOrderFeed();
builder.Services.AddServiceClient<OrdersClient>("orders").AddServiceClient<CustomersClient>("customers");

var app = builder.Build().UseServiceDefaults();
app.Use(next => context => app.Services.GetRequiredService<LoadShedding>().GuardAsync(context, next));
app.UseAuthentication();
app.UseRateLimiter();
app.UseAuthorization();
app.MapPrometheusScrapingEndpoint().RequireAuthorization(Roles.Operator);
app.MapTokens();
app.MapDocumentation();
app.MapEntryPage();
app.MapOrderDetails();
app.MapOrderFeed();
app.MapServiceHealth();
app.MapServices();
app.Run();
