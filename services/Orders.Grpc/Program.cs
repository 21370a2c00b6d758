using Orders.Grpc.Following;
using Orders.Grpc.Services;
using Orders.Grpc.Serving;
using ServiceDefaults;
using ServiceDefaults.Identity;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults().AddIdentity().AddServing();
builder.Services.AddOtherServices().AddFollowing();

var app = builder.Build().UseServiceDefaults();
app.UseAuthentication();
app.MapServing();
app.MapFollowing();
app.Run();
