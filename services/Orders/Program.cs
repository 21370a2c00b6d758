using Orders;
using Orders.Approving;
using Orders.Cancelling;
using Orders.Choreography;
using Orders.DeadLetters;
using Orders.Intervening;
using Orders.Placing;
using Orders.Queries;
using Orders.Reactions;
using Orders.Rebuilding;
using Orders.Repairing;
using Orders.Saga;
using Orders.Services;
using Orders.Streams;
using Orders.Views;
using ServiceDefaults;
using ServiceDefaults.Events;

var builder = WebApplication.CreateBuilder(args).AddServiceDefaults();
builder
    .Services.AddOtherServices()
    .AddStreams()
    .AddSaga()
    .AddPlacing()
    .AddCancelling()
    .AddChoreography()
    .AddReactions()
    .AddViews()
    .AddQueries()
    .AddRebuilding()
    .AddDeadLetters()
    .AddRepair()
    .AddOrderWorkflows();

var app = builder.Build().UseServiceDefaults();
app.MapPlacing();
app.MapCancelling();
app.MapQueries();
app.MapApprovals();
app.MapInterventions();
app.MapRebuilding();
app.MapDeadLetters();
app.MapChoreography();
app.MapReactions();
app.MapViews();
app.MapSkippedEvents();
app.Run();
