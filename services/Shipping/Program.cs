using ServiceDefaults;
using ServiceDefaults.Events;
using ServiceDefaults.Requests;
using Shipping.Moving;
using Shipping.Shipments;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddSingleton<ShipmentStore>().AddSingleton<ShipmentRequests>();
builder.Services.AddMoving();

var app = builder.Build().UseServiceDefaults();
app.MapShipments();
app.MapShipmentRequests();
app.MapSkippedEvents();
app.MapActorsHandlers().AdmitSidecar();
app.Run();
