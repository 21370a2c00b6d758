using Payments.Charging;
using Payments.Provider;
using ServiceDefaults;
using ServiceDefaults.Events;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddProvider().AddCharging();

var app = builder.Build().UseServiceDefaults();
app.MapPayments();
app.MapPaymentRequests();
app.MapSkippedEvents();
app.Run();
