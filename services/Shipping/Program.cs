using ServiceDefaults;
using Shipping.Shipments;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddSingleton<ShipmentStore>();

var app = builder.Build().UseServiceDefaults();
app.MapShipments();
app.Run();
