using Customers.Registry;
using ServiceDefaults;
using ServiceDefaults.Startup;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddSingleton<CustomerStore>().AddStartupTask<DemoCustomers>();

var app = builder.Build().UseServiceDefaults();
app.MapCustomers();
app.Run();
