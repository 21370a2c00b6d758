using ServiceDefaults;
using ServiceDefaults.Events;
using Shipping.Shipments;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddSingleton<ShipmentStore>().AddSingleton<ShipmentRequests>();

var app = builder.Build().UseServiceDefaults();
app.MapShipments();
app.MapShipmentRequests();
app.MapSkippedEvents();
app.Run();
