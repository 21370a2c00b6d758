using Payments.Charging;
using Payments.Provider;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddSingleton<IPaymentProvider, SimulatedProvider>().AddSingleton<PaymentStore>().AddSingleton<Cashier>();
builder.Services.AddOptions<PaymentOptions>().BindConfiguration("Payments")
    .Validate(options => options.ProviderTimeout > TimeSpan.Zero, "Payments:ProviderTimeout must be longer than nothing").ValidateOnStart();

var app = builder.Build().UseServiceDefaults();
app.MapPayments();
app.Run();
