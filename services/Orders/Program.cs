using Dapr.Workflow;
using Orders.Ordering;
using Orders.Placing;
using Orders.Queries;
using Orders.Saga;
using Orders.Services;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder.Services.AddServiceClient<CustomersClient>("customers").AddServiceClient<InventoryClient>("inventory")
    .AddServiceClient<PaymentsClient>("payments").AddServiceClient<ShippingClient>("shipping");
builder.Services.AddSingleton<OrderStreams>().AddSingleton<OrderPlacement>().AddSingleton<OrderQueries>();
builder.Services.AddSagaOptions();
builder.Services.AddSingleton<IDaprWorkflowClient>(services => services.GetRequiredService<DaprWorkflowClient>());
builder.Services.AddDaprWorkflowBuilder(OrderSaga.Register).WithJsonSerializer(Json.Options);

var app = builder.Build().UseServiceDefaults();
app.MapPlacing();
app.MapQueries();
app.Run();
