using Gateway.Hosting;
using Gateway.Routing;
using ServiceDefaults;
using ServiceDefaults.Limits;
using ServiceDefaults.Requests;

var app = WebApplication.CreateBuilder(args).AddGateway().Build().UseTrustedProxies().UseServiceDefaults().UseStartGuard();
app.UseAuthentication();
app.UseRateLimiter();
app.UseAuthorization();
app.Use(next => context => PathRules.CheckAsync(context, next));
app.Use(next => context => HeaderRules.CheckAsync(context, next));
app.UseRequestLimiter();
app.MapGateway();
app.Run();
