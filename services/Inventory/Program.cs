using Inventory.Catalogue;
using Inventory.Stock;
using Inventory.Turns;
using ServiceDefaults;
using ServiceDefaults.Events;
using ServiceDefaults.Requests;
using ServiceDefaults.Startup;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder
    .Services.AddSingleton<StockStore>()
    .AddSingleton<ReservationEvents>()
    .AddSingleton<Reserving>()
    .AddSingleton<OrderEventHandler>()
    .AddStartupTask<DemoProducts>();
builder.Services.AddStockActors();

var app = builder.Build().UseServiceDefaults();
app.MapProducts();
app.MapReservations();
app.MapOrderEvents();
app.MapSkippedEvents();
app.MapActorsHandlers().AdmitSidecar();
app.Run();
