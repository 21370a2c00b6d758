using ServiceDefaults;
using ServiceDefaults.Events;
using ServiceDefaults.Requests;
using Shipping.Arranging;
using Shipping.Moving;
using Shipping.Shipments;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddShipments().AddArranging().AddMoving();

var app = builder.Build().UseServiceDefaults();
app.MapArranging();
app.MapMoving();
app.MapSkippedEvents();
app.MapActorsHandlers().AdmitSidecar();
app.Run();
