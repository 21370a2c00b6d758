using Customers.Registry;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddRegistry();

var app = builder.Build().UseServiceDefaults();
app.MapCustomers();
app.Run();
