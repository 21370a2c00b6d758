using Gateway.Hosting;
using Gateway.Limits;
using Gateway.Routing;
using ServiceDefaults;

var app = WebApplication.CreateBuilder(args).AddGateway().Build().UseTrustedProxies().UseServiceDefaults().UseStartGuard();
app.UseAuthentication();
app.UseRateLimiter();
app.UseAuthorization();
app.Use(next => context => PathRules.CheckAsync(context, next));
app.Use(next => context => app.Services.GetRequiredService<RequestLimiter>().GuardAsync(context, next));
app.MapGateway();
app.Run();
