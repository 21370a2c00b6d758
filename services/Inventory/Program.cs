using Inventory.Catalogue;
using Inventory.Stock;
using ServiceDefaults;
using ServiceDefaults.Startup;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddSingleton<StockStore>().AddSingleton<ReservationEvents>().AddSingleton<Reserving>().AddStartupTask<DemoProducts>();

var app = builder.Build().UseServiceDefaults();
app.MapProducts();
app.MapReservations();
app.Run();
