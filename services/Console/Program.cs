using Console;
using Console.Edge;
using Console.Identity;
using Console.Live;
using Console.Pages;
using Console.Security;
using MudBlazor.Services;
using ServiceDefaults;
using ServiceDefaults.Limits;
using ServiceDefaults.Requests;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults().AddIdentity().AddLimits();
builder.Configuration[AppToken.Edge] = "true";
builder.Services.AddServiceClient<GatewayClient>("gateway").AddScoped<UserGateway>();
builder.Services.AddLiveEvents();
builder.Services.AddMudServices();
builder.Services.AddRazorComponents().AddInteractiveServerComponents();
builder.Services.AddOptions<OutsideLinks>().BindConfiguration("Links");
builder.Services.LoadKeyRingOnDemand();

var app = builder.Build().UseTrustedProxies().UseServiceDefaults();
app.UseSecurityHeaders();
app.UseConnectionOrigin();
app.UseAuthentication();
app.UseRateLimiter();
app.UseAuthorization();
app.UseRequestLimiter();
app.UseAntiforgery();
app.MapStaticAssets();
app.MapPrometheusScrapingEndpoint().RequireAuthorization(Roles.Operator);
app.MapLiveEvents();
app.MapSessions();
app.MapPreferences();
app.MapRazorComponents<App>()
    .AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null)
    .RequireAuthorization()
    .TakeStreamsForOpenPages();
app.Run();
