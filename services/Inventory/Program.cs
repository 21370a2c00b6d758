using Inventory.Actors;
using Inventory.Catalogue;
using Inventory.Expiry;
using Inventory.Reserving;
using Inventory.Serializing;
using Inventory.Stock;
using ServiceDefaults;
using ServiceDefaults.Events;
using ServiceDefaults.Requests;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddStock().AddCatalogue().AddReserving().AddSerializing().AddExpiry().AddStockActors();

var app = builder.Build().UseServiceDefaults();
app.MapProducts();
app.MapReservations();
app.MapOrderEvents();
app.MapSkippedEvents();
app.MapActorsHandlers().AdmitSidecar();
app.Run();
