using Dapr.Workflow;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Orders.Cancelling;
using Orders.Ordering;
using Orders.Placing;
using Orders.Repairing;
using Orders.Saga;
using Orders.Services;
using Orders.Streams;
using Orders.Tests.Saga;
using Orders.Views;
using ServiceDefaults.State;
using ServiceFakes;

namespace Orders.Tests.Repairing;

public sealed class OpenOrdersTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly string OrderId = SagaRun.Input.OrderId;

    private readonly FakeTimeProvider time = new(At);
    private readonly MemoryState state = new MemoryState().Knows<OrderStream>().Knows<ListRoot>().Knows<List<string>>().Knows<Generation>();
    private readonly Mock<IDaprWorkflowClient> workflows = new();
    private readonly OrderStreams streams;
    private readonly OrderProjection projection;
    private readonly OpenOrders orders;

    public OpenOrdersTests()
    {
        var unseen = new UnseenEvents(time);
        var records = new UnreadableRecords(NullLogger<UnreadableRecords>.Instance);
        var views = new ViewState(state.Client);
        var options = Options.Create(new SagaOptions());
        streams = new OrderStreams(state.Client, new OrderEndings(), unseen, time);
        projection = new OrderProjection(state.Client, views, new OrderCatalogue(state.Client, records), records);
        orders = new OpenOrders(
            new OrderPages(views, projection, records),
            streams,
            projection,
            unseen,
            new MissingSagas(new SagaStarter(workflows.Object), new CancelSagaStarter(workflows.Object, options), workflows.Object),
            new AbandonedWorkflows(workflows.Object, time),
            new ShippingClient(new HttpClient()),
            Options.Create(new RepairOptions()),
            options,
            time,
            NullLogger<OpenOrders>.Instance
        );
    }

    [Fact]
    public async Task A_list_that_can_not_be_read_keeps_no_order_of_another_list_from_its_repair()
    {
        var steps = SagaSteps.Pending.With(SagaSteps.ProcessPayment, step => step.FailUndo(Failure.OfUndoing(step.Name, "away"), At, 5));
        await streams.PlaceAsync(SagaRun.Input, default);
        await streams.AppendAsync(
            OrderId,
            _ => new InterventionRequired(1, SagaSteps.ProcessPayment, "away", 5, OrderId, At, steps),
            default
        );
        await projection.ProjectAsync([OrderId], default);
        state.Put("orders-views", ViewKeys.Root(0, ViewLists.Of(null, "pending")), """{"next":"many","runs":[]}""");
        time.Advance(TimeSpan.FromMinutes(1));

        await orders.RepairAsync(default);

        workflows.Verify(
            client =>
                client.ScheduleNewWorkflowAsync(
                    nameof(CancelSaga),
                    CancelSaga.InstanceOf(OrderId),
                    It.IsAny<CancelSagaInput>(),
                    It.IsAny<DateTimeOffset?>(),
                    It.IsAny<CancellationToken>()
                ),
            Times.Once
        );
    }
}
