using Microsoft.Extensions.Logging.Abstractions;
using Orders.Ordering;
using Orders.Rebuilding;
using Orders.Streams;
using Orders.Views;
using ServiceDefaults.State;
using ServiceFakes;

namespace Orders.Tests.Rebuilding;

/// <summary>A rebuild is the way to replace a damaged list, so it ends beside the damaged one.</summary>
public sealed class ViewMigrationTests
{
    private const string Views = "orders-views";
    private const string Damaged = """{"next":"many","runs":[]}""";

    private readonly MemoryState state = new MemoryState().Knows<OrderStream>().Knows<ListRoot>().Knows<List<string>>().Knows<Generation>();
    private readonly OrderStreams streams;
    private readonly OrderProjection projection;
    private readonly ViewMigration migration;

    public ViewMigrationTests()
    {
        var records = new UnreadableRecords(NullLogger<UnreadableRecords>.Instance);
        var views = new ViewState(state.Client);
        streams = new OrderStreams(state.Client, new OrderEndings(), new UnseenEvents(TimeProvider.System), TimeProvider.System);
        projection = new OrderProjection(state.Client, views, new OrderCatalogue(state.Client, records), records);
        migration = new ViewMigration(views, records);
    }

    [Fact]
    public async Task A_list_whose_head_can_not_be_read_stops_the_removal_of_no_other()
    {
        await ShowAsync("o1", "ada");
        await ShowAsync("o2", "bob");
        state.Put(Views, ViewKeys.Root(0, ViewLists.Of("bob", null)), Damaged);

        await migration.RemoveAsync(0, default);

        Assert.Null(state.JsonOf(Views, ViewKeys.View(0, "o2")));
        Assert.Null(state.JsonOf(Views, ViewKeys.Root(0, ViewLists.Of("ada", null))));
        Assert.Null(state.JsonOf(Views, ViewKeys.Root(0, ViewLists.All)));
    }

    [Fact]
    public async Task A_generation_whose_list_of_orders_can_not_be_read_stays()
    {
        await ShowAsync("o1", "ada");
        state.Put(Views, ViewKeys.Root(0, ViewLists.All), Damaged);

        await migration.RemoveAsync(0, default);

        Assert.NotNull(state.JsonOf(Views, ViewKeys.View(0, "o1")));
    }

    private async Task ShowAsync(string orderId, string customerId)
    {
        var created = new OrderCreated(customerId, [new OrderLine("tea", 1, 500)], 500, "EUR", "orchestration");
        await streams.CreateAsync(orderId, created, default);
        await projection.ProjectAsync([orderId], default);
    }
}
