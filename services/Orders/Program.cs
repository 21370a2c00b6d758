using Dapr.Workflow;
using Orders.Approving;
using Orders.Cancelling;
using Orders.Choreography;
using Orders.DeadLetters;
using Orders.Intervening;
using Orders.Ordering;
using Orders.Placing;
using Orders.Queries;
using Orders.Reactions;
using Orders.Rebuilding;
using Orders.Repairing;
using Orders.Saga;
using Orders.Services;
using Orders.Views;
using ServiceDefaults;
using ServiceDefaults.Events;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder
    .Services.AddServiceClient<CustomersClient>("customers")
    .AddServiceClient<InventoryClient>("inventory")
    .AddServiceClient<PaymentsClient>("payments")
    .AddServiceClient<ShippingClient>("shipping");
builder
    .Services.AddSingleton<OrderEndings>()
    .AddSingleton<OrderStreams>()
    .AddSingleton<SagaStarter>()
    .AddSingleton<StepCalls>()
    .AddSingleton<OrderPlacement>()
    .AddSingleton<OrderQueries>()
    .AddSingleton<Waiting>();
builder.Services.AddSingleton<Signals>().AddSingleton<OrderReactions>().AddSingleton<OrderEventHandler>();
builder
    .Services.AddSingleton<ViewState>()
    .AddSingleton<OrderCatalogue>()
    .AddSingleton<OrderProjection>()
    .AddSingleton<OrderPages>()
    .AddSingleton<CustomerNames>()
    .AddSingleton<OldViews>();
builder.Services.AddSingleton<DeadLetterStore>().AddSingleton<DeadLetterOffice>();
builder.Services.AddSagaOptions();
builder.Services.AddRepair();
builder.Services.AddSingleton<IDaprWorkflowClient>(services => services.GetRequiredService<DaprWorkflowClient>());
builder.Services.AddOrderWorkflows();

var app = builder.Build().UseServiceDefaults();
app.MapPlacing();
app.MapCancelling();
app.MapQueries();
app.MapViews();
app.MapApprovals();
app.MapInterventions();
app.MapRebuilding();
app.MapDeadLetters();
app.MapSignals();
app.MapSkippedEvents();
app.Run();
